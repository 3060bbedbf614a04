"""What those who answer rules may look at, and how a measured value becomes a verdict."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mesh_etl.checks import Verdict
from mesh_etl.checks.verdict import Status
from mesh_etl.kernels.stored.parquet import constant
from mesh_etl.run.staged_frame import staged_frame

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from mesh_etl.checks.dataset import DatasetRule
    from mesh_etl.contract.comparison import Comparison
    from mesh_etl.contract.types import DataType
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.states import States
    from mesh_etl.storage import Scratch
    from mesh_etl.stores import InputFile
    from mesh_etl.tables.entry import Counts, Partition
    from mesh_etl.tables.ledger import Ledger

    StoredFile = tuple[InputFile, dict[str, pa.Scalar]]  # the file, and the columns that its path spells


@dataclass(frozen=True)
class Audit:
    """What a run has staged and counted, before it is committed.

    `staged` are the partitions that it has written, `kept` those of the table's head that stay beside them or under
    them; `manifests` come from the tasks that wrote; `broken` has the staged rows that break each row rule. What an
    answer needs on disk for a while goes into `scratch`; `states` know what earlier commits have kept.
    """

    plan: Plan
    engine: Engine
    manifests: Sequence[Mapping[str, Any]]
    staged: Sequence[Partition]
    kept: Sequence[Partition]
    counts: Counts
    broken: Mapping[str, int]
    scratch: Scratch
    states: States
    now: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))

    @cached_property
    def frame(self) -> DataFrame:
        """The table as it will be, lazily; made once for all rules that look at it through the engine."""
        return staged_frame(self.plan, self.engine, [*self.staged, *self.kept])

    @property
    def rows(self) -> int:
        """The rows of the table as it will be."""
        return sum(partition.rows for partition in (*self.staged, *self.kept))


def compared(
    rule: DatasetRule, comparison: Comparison, measured: float | None, rows: int = 0, private: bool = False
) -> Verdict:
    """The verdict on a rule by what was measured, None for no value; `rows` are those that broke it, where it has some.

    A measured value that may be a cell, such as the highest salary, is `private` and not told.
    """
    holds = comparison.holds(measured)
    missing = "there is no value" if measured is None else ""
    reason = missing if holds or missing or private else f"measured {measured}"
    told = None if measured is None or private else float(measured)
    return Verdict(rule.id, "passed" if holds else broken(rule), rows, rule.text(), reason, measured=told)


def broken(rule: DatasetRule) -> Status:
    """The status of a rule that does not hold."""
    return "failed" if rule.fails else "warned"


def share(rows: int, total: int) -> float:
    """`rows` as percent of `total`; 0 of nothing."""
    return 100 * rows / total if total else 0.0


def files(
    ledger: Ledger, partitions: Sequence[Partition], keys: Sequence[tuple[str, str]], types: Mapping[str, DataType]
) -> list[StoredFile]:
    """The files of partitions of the ledger's table; `keys` are its partition columns with their transforms."""
    return [
        (ledger.storage.file(ledger.layout.path(file.path), file.bytes), constants(keys, types, partition))
        for partition in partitions
        for file in partition.files
    ]


def constants(
    keys: Sequence[tuple[str, str]], types: Mapping[str, DataType], partition: Partition
) -> dict[str, pa.Scalar]:
    """The columns that stand in a partition's path and not in its files; `keys` are columns with their transforms."""
    return {
        column: constant(value, types[column])
        for (column, transform), value in zip(keys, partition.values, strict=True)
        if transform == "identity"
    }
