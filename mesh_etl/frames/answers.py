"""The rules over a whole table, answered on the good rows of a frame by the frame's own engine."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from mesh_etl.checks import Checks, Verdict
from mesh_etl.checks.custom.rules import CheckedTable
from mesh_etl.checks.dataset import STAGED, DatasetRule, Measure, Query, Settled, Unique
from mesh_etl.errors import RunError
from mesh_etl.frames.rows import GOOD
from mesh_etl.run.answers import custom, queries, settled
from mesh_etl.run.answers.base import compared, share

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def answered(checks: Checks, counts: Mapping[str, int], good: DataFrame, whole: bool) -> Iterator[Verdict]:
    """The verdicts on dataset rules; `whole` says that the frame has every column, so that queries can be asked."""
    for rule in checks.dataset:
        match rule:
            case Measure():
                rows = counts.get(rule.counts or GOOD, 0)
                total = counts.get(GOOD, 0)
                yield compared(rule, rule.comparison, share(rows, total) if rule.percent else rows, rows)
            case Unique():
                rows = _surplus(rule, good)
                yield compared(rule, rule.comparison, share(rows, counts[GOOD]) if rule.percent else rows, rows)
            case Query() | CheckedTable() if not whole:
                yield Verdict(rule.id, "not executed", 0, rule.text(), "the frame lacks columns of the contract")
            case Query():
                yield _queried(rule, good)
            case Settled():
                yield settled.verdict(rule)
            case CheckedTable():
                yield custom.on_frame(rule, good)
            case _:
                yield Verdict(rule.id, "not executed", 0, rule.text(), _needs_a_mesh(rule))


def _surplus(rule: Unique, good: DataFrame) -> int:
    from pyspark.sql import functions as F

    keys = [F.col(f"`{name}`") for name in rule.columns]
    complete = good.dropna(subset=list(rule.columns)).groupBy(*keys).agg(F.count(F.lit(1)).alias("_mesh_rows"))
    found = complete.where("_mesh_rows > 1").agg(F.sum(F.col("_mesh_rows") - 1)).collect()
    return int(found[0][0] or 0)


def _queried(rule: Query, good: DataFrame) -> Verdict:
    view = f"mesh_frame_{uuid.uuid4().hex}"
    good.createOrReplaceTempView(view)
    try:
        rows = good.sparkSession.sql(rule.query.over({STAGED: view})).collect()
    finally:
        good.sparkSession.catalog.dropTempView(view)
    if len(rows) == 1 and len(rows[0]) == 1:
        with suppress(RunError):
            return queries.verdict(rule, rows[0][0])
    return Verdict(rule.id, "not executed", 0, rule.text(), "the query does not return one number")


def _needs_a_mesh(rule: DatasetRule) -> str:
    needed = "other tables" if rule.source == "reference" else "the history of the table"
    return f"it needs {needed}: mesh-etl run executes it"
