"""Rules that are a SELECT over the staged table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import STAGED, Query
from mesh_etl.errors import Fault, RunError
from mesh_etl.run.answers.base import Audit, broken, compared
from mesh_etl.run.engines import translated
from mesh_etl.run.staged_frame import staged_frame


def answered(rules: Sequence[Query], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule. Raises `RunError` for a query that fails or does not return one number."""
    yield from (_answered(rule, audit) for rule in rules)


def _answered(rule: Query, audit: Audit) -> Verdict:
    view = f"mesh_staged_{uuid.uuid4().hex}"
    with translated(rule.id, "RULE_QUERY"):
        staged_frame(audit.plan, audit.engine, [*audit.staged, *audit.kept]).createOrReplaceTempView(view)
        rows = audit.engine.session().sql(rule.query.over({STAGED: view})).collect()
    if len(rows) != 1 or len(rows[0]) != 1:
        raise RunError(
            Fault("RULE_SHAPE", "the query of a rule must return one value", rule.id, "select one aggregate")
        )
    measured = rows[0][0]
    if measured is None:
        if rule.comparison.holds(None):
            return Verdict(rule.id, "passed", 0, rule.text())
        return Verdict(rule.id, broken(rule), 0, rule.text(), "there is no value")
    if isinstance(measured, bool) or not isinstance(measured, int | float | Decimal):
        raise RunError(
            Fault("RULE_SHAPE", "the query of a rule must return a number", rule.id, "count or sum something")
        )
    # What a query measures may be a cell, such as the highest salary.
    return replace(compared(rule, rule.comparison, float(measured)), reason="", measured=None)
