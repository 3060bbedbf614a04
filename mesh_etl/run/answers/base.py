"""What those who answer rules may look at, and how a measured value becomes a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks import Verdict
from mesh_etl.checks.verdict import Status

if TYPE_CHECKING:
    from mesh_etl.checks.dataset import DatasetRule
    from mesh_etl.contract.comparison import Comparison
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.tables.entry import Counts, Partition


@dataclass(frozen=True)
class Audit:
    """What a run has staged and counted, before it is committed.

    `staged` are the partitions that it has written, `kept` those of the table's head that stay beside them or under
    them; `manifests` come from the tasks that wrote; `broken` has the rows that broke each row rule or code.
    """

    plan: Plan
    engine: Engine
    manifests: Sequence[Mapping[str, Any]]
    staged: Sequence[Partition]
    kept: Sequence[Partition]
    counts: Counts
    broken: Mapping[str, int]

    @property
    def rows(self) -> int:
        """The rows of the table as it will be."""
        return self.counts.good + sum(partition.rows for partition in self.kept)


def compared(rule: DatasetRule, comparison: Comparison, measured: float, rows: int = 0) -> Verdict:
    """The verdict on a rule by what was measured; `rows` are those that broke it, where it is about rows."""
    if comparison.holds(measured):
        return Verdict(rule.id, "passed", rows, rule.text(), measured=float(measured))
    return Verdict(rule.id, broken(rule), rows, rule.text(), f"measured {measured}", measured=float(measured))


def broken(rule: DatasetRule) -> Status:
    """The status of a rule that does not hold."""
    return "failed" if rule.fails else "warned"


def share(rows: int, total: int) -> float:
    """`rows` as percent of `total`; 0 of nothing."""
    return 100 * rows / total if total else 0.0
