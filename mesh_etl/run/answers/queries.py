"""Rules that are a SELECT over the staged table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import STAGED, Query
from mesh_etl.checks.scans import Scan, scans
from mesh_etl.errors import Fault, RunError
from mesh_etl.expressions.totals import total
from mesh_etl.run.answers import totals
from mesh_etl.run.answers.base import Audit, compared
from mesh_etl.run.engines import translated


def answered(rules: Sequence[Query], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule. Raises `RunError` for a query that fails or does not return one number."""
    plain = _plain(rules, audit)
    yield from (verdict(rule, plain[rule.id]) for rule in rules if rule.id in plain)
    others = [rule for rule in rules if rule.id not in plain]
    if not others:
        return
    view = f"mesh_staged_{uuid.uuid4().hex}"
    with translated(others[0].id, "RULE_QUERY"):
        audit.frame.createOrReplaceTempView(view)
    for scan in scans(others):
        for rule, value in zip(scan.rules, _values(scan, view, audit), strict=True):
            yield verdict(rule, value)


def _plain(rules: Sequence[Query], audit: Audit) -> dict[str, Decimal | None]:
    """The values of the rules whose queries need no engine."""
    schema = audit.plan.contract.schema
    found = {rule.id: one for rule in rules if (one := total(rule.query)) and totals.answerable(one, schema)}
    try:
        return dict(zip(found, totals.values(list(found.values()), audit), strict=True)) if found else {}
    except OverflowError:
        return {}  # an engine says it in its own words


def _values(scan: Scan, view: str, audit: Audit) -> list[Any]:
    """What the scan measures for each of its rules."""
    name = scan.rules[0].id
    try:
        with translated(name, "RULE_QUERY"):
            rows = audit.engine.session().sql(scan.query.over({STAGED: view})).collect()
    except RunError:
        if len(scan.rules) == 1:
            raise
        # Asked alone, the one that fails says so itself.
        return [value for rule in scan.rules for one in scans([rule]) for value in _values(one, view, audit)]
    if len(rows) != 1 or len(rows[0]) != len(scan.rules):
        raise RunError(Fault("RULE_SHAPE", "the query of a rule must return one value", name, "select one aggregate"))
    return list(rows[0])


def verdict(rule: Query, measured: Any) -> Verdict:
    """The verdict on one rule by what its query returned. Raises `RunError` RULE_SHAPE for what is no number."""
    if isinstance(measured, bool) or not isinstance(measured, int | float | Decimal | None):
        raise RunError(
            Fault("RULE_SHAPE", "the query of a rule must return a number", rule.id, "count or sum something")
        )
    return compared(rule, rule.comparison, None if measured is None else float(measured), private=True)
