"""Rules about the parts of nested columns: fields of structs, items of lists, keys and values of maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import Rule, ValueRule
from mesh_etl.checks.reading.spots import ITEM, KEY, VALUE, Spot, Step

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True)
class Inside(Rule):
    """No part of the row's column breaks `test`; a NULL around a part has no parts."""

    test: ValueRule
    stored: str
    steps: tuple[Step, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.stored,)

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        values, rows = parts(batch.column(self.stored), self.steps)
        return folded(self.test.wrong(values), rows, batch.num_rows)

    def text(self) -> str:
        return self.test.text()


def placed(spot: Spot, rule: ValueRule) -> Rule:
    """The rule on the column or on the part of it that the spot is."""
    return Inside(rule.id, rule.column, rule.rejects, rule, spot.column, spot.steps) if spot.steps else rule


def parts(column: pa.Array, steps: tuple[Step, ...]) -> tuple[pa.Array, np.ndarray | None]:
    """The parts of all rows in one array, and the row of each; None while every row has exactly one."""
    import numpy as np

    values, rows = column, None
    for step in steps:
        values, owners = _below(values, step)
        if owners is not None:
            owners = owners.to_numpy(zero_copy_only=False) if not isinstance(owners, np.ndarray) else owners
            rows = owners if rows is None else rows[owners]
    return values, rows


def _below(values: pa.Array, step: Step) -> tuple[pa.Array, pa.Array | np.ndarray | None]:
    """The parts one step below, and the index of the value that each stands in; None where each has its own."""
    import numpy as np
    import pyarrow.compute as pc

    if step == ITEM:
        return pc.list_flatten(values), pc.list_parent_indices(values)
    if step in (KEY, VALUE):
        return _entries(values, step)
    owners = None
    if values.null_count:
        present = values.is_valid()
        values, owners = values.filter(present), np.flatnonzero(present.to_numpy(zero_copy_only=False))
    found: pa.Array = pc.struct_field(values, step)
    return found, owners


def _entries(values: pa.MapArray, step: Step) -> tuple[pa.Array, np.ndarray]:
    import numpy as np
    import pyarrow as pa

    offsets = values.offsets.to_numpy()
    lengths = np.where(values.is_valid().to_numpy(zero_copy_only=False), np.diff(offsets), 0)
    owners = np.repeat(np.arange(len(values)), lengths)
    first = np.cumsum(lengths) - lengths
    where = np.repeat(offsets[:-1] - first, lengths) + np.arange(len(owners))
    return (values.keys if step == KEY else values.items).take(pa.array(where)), owners


def folded(wrong: pa.BooleanArray | None, rows: np.ndarray | None, count: int) -> pa.BooleanArray | None:
    """True for the rows of which at least one part is wrong; None when none is."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if wrong is None or rows is None:
        return wrong
    hit = np.zeros(count, bool)
    hit[rows[pc.fill_null(wrong, False).to_numpy(zero_copy_only=False)]] = True
    return pa.array(hit)
