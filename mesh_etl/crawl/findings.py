"""What the crawler found out about files: frozen values that the draft and the report are written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mesh_etl.contract.types import DataType
from mesh_etl.crawl.trial import Refusal


@dataclass(frozen=True)
class Column:
    """A column of the draft with what speaks for it; counts are of sampled rows.

    `evidence` says why the type is no tighter one. `accepted`, `pattern` and `range` are empty for a classified column,
    whose values are nobody's business; `range` is a suggestion, not a rule of the draft.
    """

    name: str
    original: str
    type: DataType
    rows: int
    missing: int
    distinct: int | None
    evidence: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    time: bool = False
    unique: bool = False
    key: int = 0
    classification: str | None = None
    classified_by: str = ""
    accepted: tuple[str, ...] | None = None
    pattern: str | None = None
    range: tuple[str, str] | None = None

    @property
    def required(self) -> bool:
        """Whether no value is missing in the sample."""
        return not self.missing and self.rows > 0

    def counts(self) -> str:
        """How many values are missing and how many are different."""
        missing = f"{self.missing:,} missing" if self.missing else "none missing"
        distinct = "" if self.distinct is None else f", {self.distinct:,} different"
        return f"{self.rows:,} rows: {missing}{distinct}"


@dataclass(frozen=True)
class Findings:
    """All that is known about the files: how they are read, what is in them, and what the draft could not decide."""

    paths: tuple[str, ...]
    format: str
    declared: Mapping[str, Any]
    files: int
    looked_at: int
    octets: int
    rows: int
    read: int
    complete: bool
    columns: tuple[Column, ...]
    refused: tuple[Refusal, ...] = ()
    refused_rows: int = 0
    pairs: tuple[tuple[str, str], ...] = ()
    partitions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the drafted primary key."""
        return tuple(one.name for one in sorted(filter(lambda one: one.key, self.columns), key=lambda one: one.key))

    def sampled(self) -> str:
        """What was looked at, in words."""
        rows = f"{'all ' if self.complete else ''}{self.read:,} row{'s' if self.read != 1 else ''}"
        of = "" if self.looked_at == self.files else f"{self.looked_at:,} of "
        files = f"{of}{self.files:,} file{'s' if self.files != 1 else ''}"
        return f"{rows} of {files}" if self.complete else f"{rows} from head, middle and tail of {files}"
