"""The different cells of a text column with how often and where first they stand: what type decisions are made on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mesh_etl.contract.types import DataType

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from mesh_etl.kernels.values.text_rules import TextRules

GLANCE = 200


@dataclass(frozen=True)
class Fit:
    """How well a type holds a column: the cells that fit, of how many, and the row of the first that does not."""

    type: DataType
    fitting: int
    cells: int
    first_misfit: int | None

    @property
    def whole(self) -> bool:
        """Whether every cell fits."""
        return self.first_misfit is None


@dataclass(frozen=True)
class Distinct:
    """Different cells that are not NULL, in the order in which they were met."""

    values: pa.StringArray
    counts: np.ndarray
    firsts: np.ndarray

    @classmethod
    def of(cls, text: pa.StringArray) -> Distinct:
        """The different cells of the column."""
        import numpy as np
        import pyarrow.compute as pc

        encoded = pc.dictionary_encode(text)
        filled = np.flatnonzero(pc.is_valid(text).to_numpy(zero_copy_only=False))
        indices = encoded.indices.drop_null().to_numpy(zero_copy_only=False)
        counts = np.bincount(indices, minlength=len(encoded.dictionary))
        firsts = np.zeros(len(encoded.dictionary), np.int64)
        firsts[indices[::-1]] = filled[::-1]
        return cls(encoded.dictionary, counts, firsts)

    @cached_property
    def cells(self) -> int:
        """The number of cells that are not NULL."""
        return int(self.counts.sum())

    @cached_property
    def words(self) -> frozenset[str]:
        """The different cells where they are few, for looking for words; empty otherwise."""
        return frozenset(self.values.to_pylist()) if len(self.values) <= 64 else frozenset()

    def has(self, words: Collection[str]) -> list[str]:
        """Those of the words that stand in the column."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pc.is_in(pa.array(list(words), pa.string()), self.values).to_pylist()
        return [word for word, there in zip(words, found, strict=True) if there]

    def without(self, words: Collection[str]) -> Distinct:
        """The column where these words are NULL."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if not words:
            return self
        kept = pc.invert(pc.is_in(self.values, pa.array(list(words), pa.string())))
        mask = np.asarray(kept.to_numpy(zero_copy_only=False))
        return Distinct(self.values.filter(kept), self.counts[mask], self.firsts[mask])

    def fit(self, kind: DataType, rules: TextRules, hopeless: float = 0.5) -> Fit:
        """How well the type holds the cells by the kernels' own grammar; a hopeless one is not looked at to its end."""
        from mesh_etl.kernels.values.typing import typed

        if len(self.values) > 2 * GLANCE and hopeless:
            begin = typed(self.values[:GLANCE], kind, rules).bad
            if len(begin) > hopeless * GLANCE:
                return Fit(kind, 0, self.cells, int(self.firsts[min(begin)]))
        bad = sorted(typed(self.values, kind, rules).bad)
        fitting = self.cells - int(self.counts[bad].sum())
        return Fit(kind, fitting, self.cells, int(self.firsts[bad].min()) if bad else None)

    def shaped(self, pattern: str) -> bool:
        """Whether every cell matches the regular expression."""
        import pyarrow.compute as pc

        if not len(self.values) or not pc.match_substring_regex(self.values[:GLANCE], pattern).to_numpy(False).all():
            return False
        return bool(pc.all(pc.match_substring_regex(self.values, pattern)).as_py())
