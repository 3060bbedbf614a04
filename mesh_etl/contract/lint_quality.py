"""Rules that nothing could execute as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Any

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.odcs import BETWEEN, EXCLUSIVE, INCLUSIVE
from mesh_etl.contract.placeholders import UnknownPlaceholder, render
from mesh_etl.contract.quality import METRICS, LibraryRule, MeasuredRule, Rule, SqlRule
from mesh_etl.contract.regex import refusal as pattern_refusal
from mesh_etl.contract.table import Loc, Property
from mesh_etl.contract.values import family, fits
from mesh_etl.errors import Fault, did_you_mean

OF_COLUMN = {"nullValues", "missingValues", "invalidValues", "duplicateValues"}
OF_TABLE = {"rowCount", "duplicateValues"}
UNITS = ("rows", "percent")


def quality_faults(draft: Draft) -> Iterator[Fault]:
    """Unknown metrics, metrics and arguments in the wrong place, impossible comparisons and broken queries."""
    for index, rule in enumerate(draft.table.quality):
        yield from _rule(draft, rule, None, (*draft.top, "quality", index))
    yield from _switch(draft)
    for below, found in draft.table.walk():
        for index, rule in enumerate(found.quality):
            yield from _rule(draft, rule, found, (*draft.top, *below, "quality", index))


def _rule(draft: Draft, rule: Rule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    if isinstance(rule, LibraryRule):
        yield from _metric(draft, rule, column, loc)
    if isinstance(rule, SqlRule):
        yield from _query(draft, rule, column, loc)
    if isinstance(rule, MeasuredRule):
        yield from _interval(draft, rule, loc)


def _metric(draft: Draft, rule: LibraryRule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    key = "metric" if rule.metric is not None else "rule"
    if rule.metric is None and rule.rule is None:
        yield Fault("MISSING_KEY", "the rule has no metric", draft.where(*loc), f"known: {', '.join(METRICS)}")
        return
    if rule.measure not in METRICS:
        fix = did_you_mean(rule.measure, METRICS)
        yield Fault("UNKNOWN_METRIC", f"unknown metric '{rule.measure}'", draft.where(*loc, key), fix)
        return
    if rule.measure not in (OF_TABLE if column is None else OF_COLUMN):
        level, other = ("a table", "a property") if column is None else ("a property", "the table")
        problem = f"'{rule.measure}' does not measure {level}"
        yield Fault("METRIC_LEVEL", problem, draft.where(*loc, key), f"move the rule to {other}")
        return
    yield from _arguments(draft, rule, column, loc)
    yield from _unit(draft, rule, loc)


def _arguments(draft: Draft, rule: LibraryRule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    known = {
        "missingValues": ("missingValues",),
        "invalidValues": ("validValues", "pattern"),
        "duplicateValues": () if column else ("properties",),
    }.get(rule.measure, ())
    here = (*loc, "arguments")
    unknown = [name for name in rule.arguments or {} if name not in known]
    for name in unknown:
        fix = did_you_mean(name, known)
        where = draft.document.where((*here, name), key=True)
        yield Fault("UNKNOWN_ARGUMENT", f"'{rule.measure}' has no argument '{name}'", where, fix)
    given = [name for name in known if rule.argument(name) is not None]
    if known and not given and not unknown:
        wanted = " or ".join(known)
        yield Fault("MISSING_ARGUMENT", f"'{rule.measure}' needs {wanted}", draft.where(*loc), "add it to arguments")
    for name in given:
        place = (*here, name) if name in (rule.arguments or {}) else (*loc, name)
        yield from _argument(draft, name, rule.argument(name), column, place)


def _argument(draft: Draft, name: str, value: Any, column: Property | None, loc: Loc) -> Iterator[Fault]:
    where = draft.where(*loc)
    if name == "pattern":
        reason = pattern_refusal(value) if isinstance(value, str) else "the pattern is not a string"
        if reason:
            yield Fault("BAD_PATTERN", reason, where, "correct the pattern")
        kind = family(column) if column else None
        if kind not in (None, "string", "time"):
            problem = f"a pattern is for text, and the column is of type {kind}"
            yield Fault("RULE_CONTRADICTS_TYPE", problem, where, "use validValues, minimum or maximum")
        return
    if not isinstance(value, list | tuple) or not value:
        yield Fault("BAD_ARGUMENT", f"{name} is a list of at least one item", where, "write it as [a, b]")
    elif name == "properties":
        names = [one.name for one in draft.table.properties]
        for index, one in enumerate(value):
            if one not in names:
                shown, fix = (f" '{one}'", did_you_mean(one, names)) if isinstance(one, str) else ("", "")
                yield Fault("UNKNOWN_PROPERTY", f"the table has no property{shown}", draft.where(*loc, index), fix)
    elif column is not None:
        yield from _listed(draft, name, value, column, loc)


def _listed(draft: Draft, name: str, values: Any, column: Property, loc: Loc) -> Iterator[Fault]:
    kind = family(column)
    for index, one in enumerate(values):
        # What counts as missing is often a word in a column of another type; null among valid values lets NULL pass.
        if name == "validValues" and one is not None and kind is not None and not fits(one, kind):
            fix = "put it in quotes" if kind == "string" else "write it as the column's type"
            where = draft.where(*loc, index)
            yield Fault("VALUE_NOT_OF_TYPE", f"the valid value is not of type {kind}", where, fix)


def _unit(draft: Draft, rule: LibraryRule, loc: Loc) -> Iterator[Fault]:
    if rule.unit is not None and rule.unit not in UNITS:
        yield Fault(
            "UNKNOWN_UNIT", "a metric counts rows or percent", draft.where(*loc, "unit"), "known: rows, percent"
        )
    if rule.unit == "percent" and rule.measure == "rowCount":
        yield Fault("UNKNOWN_UNIT", "a row count has no percentage", draft.where(*loc, "unit"), "remove the unit")
    operand = rule.comparison.operand
    numbers = operand if isinstance(operand, tuple) else (operand,)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        yield Fault("COMPARISON_TYPE", "a metric is compared with a number", draft.where(*loc), "write a number")
    elif any(one < 0 or (rule.unit == "percent" and one > 100) for one in numbers):
        span = "0 and 100" if rule.unit == "percent" else "0 and up"
        yield Fault("IMPOSSIBLE_BOUNDS", f"the measure lies between {span}", draft.where(*loc), "correct the number")


def _interval(draft: Draft, rule: MeasuredRule, loc: Loc) -> Iterator[Fault]:
    rows = isinstance(rule, LibraryRule) and rule.unit != "percent"
    for key, ends in (("mustBeBetween", rule.must_be_between), ("mustNotBeBetween", rule.must_not_be_between)):
        if ends is None:
            continue
        low, high = ends
        closed = rule.comparison.closed
        if low > high or (low == high and not closed):
            yield Fault("IMPOSSIBLE_BOUNDS", f"{key} has no room", draft.where(*loc, key), "write [low, high]")
        elif rows and not closed and floor(low) + 1 >= high and key == "mustBeBetween":
            problem = "no number of rows lies between the two: the ends do not belong to the interval"
            fix = f"widen it, or say 'customProperties: [{{property: {BETWEEN}, value: {INCLUSIVE}}}]' for the contract"
            yield Fault("IMPOSSIBLE_BOUNDS", problem, draft.where(*loc, key), fix)


def _query(draft: Draft, rule: SqlRule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    from mesh_etl.contract.dialects import SPARK, dialect, is_query, refusal

    where = draft.where(*loc, "query")
    try:
        query = render(rule.query, "t", "c" if column else None)
    except UnknownPlaceholder as error:
        yield Fault("UNKNOWN_PLACEHOLDER", str(error), where, "known: {object}, and {property} in a property's rule")
        return
    if reason := refusal(query, SPARK):
        problem = f"the query is not Spark SQL{reason}, and Spark SQL is what a run executes"
        yield Fault("BAD_QUERY", problem, where, "correct the query")
        return
    if not is_query(query):
        yield Fault("NOT_A_QUERY", "the rule is not one SELECT", where, "write one SELECT that returns one value")
    for one in draft.odcs.servers:
        spoken = dialect(one.type)
        if spoken and (reason := refusal(query, spoken)):
            problem = f"the query does not parse in the dialect of server '{one.server}' ({one.type}){reason}"
            yield Fault("QUERY_DIALECT", problem, where, "write it so that both read it, or drop the server")


def _switch(draft: Draft) -> Iterator[Fault]:
    for index, one in enumerate(draft.odcs.custom_properties):
        if one.property == BETWEEN and one.value not in (INCLUSIVE, EXCLUSIVE) and draft.index == 0:
            where, known = draft.where("customProperties", index, "value"), f"{INCLUSIVE} or {EXCLUSIVE}"
            yield Fault("BAD_SWITCH", f"{BETWEEN} is {known}", where, f"write {known}")
