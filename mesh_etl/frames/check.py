"""Hold a contract against a DataFrame: one pass answers all row rules, dataset rules ask the frame's own engine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.checks import Checks, Verdict, planned
from mesh_etl.checks.base import Rule
from mesh_etl.checks.dataset import Measure, Unique
from mesh_etl.contract.types import ddl
from mesh_etl.frames import rows
from mesh_etl.frames.answers import answered
from mesh_etl.frames.checked import Checked
from mesh_etl.frames.shape import Shape, compared, shaped
from mesh_etl.transforms.engine_sql import for_engine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mesh_etl.contract.load import Contract


def check(contract: Contract, df: DataFrame) -> Checked:
    """Every rule of the contract has a verdict on the frame, by the names and in the words of a run.

    `df` is any PySpark DataFrame, classic or Connect, whose workers can import mesh_etl. It is read once for all row
    rules and counts, and once for each rule about keys and each query. Rules that need a mesh (foreign keys, service
    levels, history) are not executed and say so. Raises `ConfigError` for SQL in a rule that is not allowed.
    """
    shape = compared(df, contract)
    checks = _askable(planned(contract), shape)
    frame = shaped(df, contract, shape)
    answers = for_engine(frame, {rule.answer: rule.test for rule in checks.expressions})
    asked = frame.select("*", *(answer.alias(name) for name, answer in answers.items()))
    work = (contract.schema, checks.row, tuple(answers))
    counts = {
        name: int(number)
        for name, number in asked.mapInArrow(partial(rows.counted, *work), rows.COUNTS)
        .groupBy("rule")
        .sum("rows")
        .collect()
    }
    counts = {rows.READ: 0, rows.GOOD: 0, **counts}
    columns = f"{ddl(contract.schema)}, {rows.VIOLATIONS} {rows.VIOLATIONS_TYPE}"
    marked = asked.mapInArrow(partial(rows.marked, *work), columns)
    good = marked.where(f"size({rows.VIOLATIONS}) = 0").drop(rows.VIOLATIONS)
    found = [*shape.verdicts(), *checks.counted(counts), *answered(checks, counts, good, not shape.wrong)]
    found += [Verdict(one.id, "not executed", reason=one.reason) for one in checks.skipped]
    return Checked(
        contract.id,
        contract.version,
        tuple(map(checks.described, found)),
        counts[rows.READ],
        counts[rows.GOOD],
        good,
        marked.where(f"size({rows.VIOLATIONS}) > 0"),
        {name: about.where for name, about in checks.about.items()},
    )


def _askable(checks: Checks, shape: Shape) -> Checks:
    """The checks without the rules about columns that the frame does not have as the contract says."""
    if not shape.wrong:
        return checks
    reasons = {one.id: "its column is not as the contract says" for one in checks.row if _about(one, shape)}
    for one in checks.dataset:
        if isinstance(one, Unique) and not shape.wrong.keys().isdisjoint(one.columns):
            reasons[one.id] = "its columns are not as the contract says"
        elif isinstance(one, Measure) and one.counts in reasons:
            reasons[one.id] = reasons[one.counts]
    return checks.without(reasons)


def _about(rule: Rule, shape: Shape) -> bool:
    return rule.reads is None or not shape.wrong.keys().isdisjoint(rule.reads)
