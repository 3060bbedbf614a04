"""Named checks that measure the table as it will be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mesh_etl.checks import Verdict
from mesh_etl.checks.custom.rules import CheckedTable, guarded
from mesh_etl.run.answers.base import Audit, compared
from mesh_etl.run.engines import translated

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def answered(rules: Sequence[CheckedTable], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule. Raises `RunError` CHECK_FAILED for a check that fails itself."""
    yield from (on_frame(rule, audit.frame) for rule in rules)


def on_frame(rule: CheckedTable, frame: DataFrame) -> Verdict:
    """The verdict on the rows of a frame. Raises `RunError` CHECK_FAILED for a check that fails itself."""
    with guarded(rule.id, rule.check.type), translated(rule.id, "CHECK_FAILED"):
        measured = rule.check.measure(frame)
        number = measured if measured is None or isinstance(measured, int) else float(measured)
    # What somebody's check measures may be a cell.
    return compared(rule, rule.comparison, number, private=not rule.check.counts)
