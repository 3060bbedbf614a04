"""Rules that hold a metric against its values in earlier versions: the ledger and kept states answer, no scan does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_etl.checks import Verdict
from mesh_etl.checks.history import OF_NUMBERS, HistoryRule, Point
from mesh_etl.checks.points import by_run, by_version, of_column, of_run
from mesh_etl.run.answers.base import Audit, broken


def answered(rules: Sequence[HistoryRule], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule; with too little history it is not executed."""
    yield from (_answered(rule, audit) for rule in rules)


def _answered(rule: HistoryRule, audit: Audit) -> Verdict:
    value = _value(rule, audit)
    if value is None:
        return Verdict(rule.id, "not executed", 0, rule.text(), _missing(rule, audit))
    expected = rule.check.expected(_earlier(rule, audit), audit.now)
    private = rule.check.metric in OF_NUMBERS  # of few rows, these are cells
    measured = None if private else value
    if isinstance(expected, str):
        return Verdict(rule.id, "not executed", 0, rule.text(), expected, measured=measured)
    if expected.holds(value):
        return Verdict(rule.id, "passed", 0, rule.text(), measured=measured)
    what = f"measured {value:.6g}, expected {expected.low:.6g} to {expected.high:.6g}"
    side = "lower" if value < expected.low else "higher"
    reason = f"measured a {side} value than expected" if private else what
    source = "the version before" if expected.versions == 1 else f"{expected.versions} earlier versions"
    return Verdict(rule.id, broken(rule), 0, rule.text(), f"{reason} by {source}", measured=measured)


def _value(rule: HistoryRule, audit: Audit) -> float | None:
    if rule.column:
        state = audit.states.staged(rule.column) if rule.check.over == "run" else audit.states.whole(rule.column)
        return of_column(rule.check.metric, state)
    return of_run(rule.check.metric, audit.counts) if rule.check.over == "run" else float(audit.rows)


def _earlier(rule: HistoryRule, audit: Audit) -> list[Point]:
    metrics, check = audit.states.metrics, rule.check
    if check.over == "run":
        return list(by_run(metrics, check.metric, rule.column, audit.plan.mode.type))
    return list(by_version(metrics, check.metric, rule.column, check.reach()))


def _missing(rule: HistoryRule, audit: Audit) -> str:
    if rule.column and rule.check.over == "table" and audit.states.whole(rule.column) is None:
        return f"parts of the table were written without states of {rule.column}: rewrite it once with mode replace"
    return "no rows were written" if rule.check.over == "run" else "the table has no values"
