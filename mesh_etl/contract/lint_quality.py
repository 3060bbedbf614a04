"""Rules that nothing could execute as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.placeholders import UnknownPlaceholder, render
from mesh_etl.contract.quality import METRICS, LibraryRule, MeasuredRule, Rule, SqlRule
from mesh_etl.contract.regex import refusal
from mesh_etl.contract.table import Loc, Property
from mesh_etl.contract.values import family, fits
from mesh_etl.errors import Fault, did_you_mean

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

OF_COLUMN = {"nullValues", "missingValues", "invalidValues", "duplicateValues"}
OF_TABLE = {"rowCount", "duplicateValues"}
UNITS = ("rows", "percent")


def quality_faults(contract: Contract) -> Iterator[Fault]:
    """Unknown metrics, metrics and arguments in the wrong place, impossible comparisons and broken queries."""
    for index, rule in enumerate(contract.table.quality):
        yield from _rule(contract, rule, None, ("schema", 0, "quality", index))
    for below, found in contract.table.walk():
        for index, rule in enumerate(found.quality):
            yield from _rule(contract, rule, found, ("schema", 0, *below, "quality", index))


def _rule(contract: Contract, rule: Rule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    if isinstance(rule, LibraryRule):
        yield from _metric(contract, rule, column, loc)
    if isinstance(rule, SqlRule):
        yield from _query(contract, rule, column, loc)
    if isinstance(rule, MeasuredRule):
        yield from _interval(contract, rule, loc)


def _metric(contract: Contract, rule: LibraryRule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    key = "metric" if rule.metric is not None else "rule"
    if rule.metric is None and rule.rule is None:
        yield Fault("MISSING_KEY", "the rule has no metric", contract.where(*loc), f"known: {', '.join(METRICS)}")
        return
    if rule.measure not in METRICS:
        fix = did_you_mean(rule.measure, METRICS)
        yield Fault("UNKNOWN_METRIC", f"unknown metric '{rule.measure}'", contract.where(*loc, key), fix)
        return
    if rule.measure not in (OF_TABLE if column is None else OF_COLUMN):
        level, other = ("a table", "a property") if column is None else ("a property", "the table")
        problem = f"'{rule.measure}' does not measure {level}"
        yield Fault("METRIC_LEVEL", problem, contract.where(*loc, key), f"move the rule to {other}")
        return
    yield from _arguments(contract, rule, column, loc)
    yield from _unit(contract, rule, loc)


def _arguments(contract: Contract, rule: LibraryRule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    known = {
        "missingValues": ("missingValues",),
        "invalidValues": ("validValues", "pattern"),
        "duplicateValues": () if column else ("properties",),
    }.get(rule.measure, ())
    here = (*loc, "arguments")
    unknown = [name for name in rule.arguments or {} if name not in known]
    for name in unknown:
        fix = did_you_mean(name, known)
        where = contract.document.where((*here, name), key=True)
        yield Fault("UNKNOWN_ARGUMENT", f"'{rule.measure}' has no argument '{name}'", where, fix)
    given = [name for name in known if rule.argument(name) is not None]
    if known and not given and not unknown:
        wanted = " or ".join(known)
        yield Fault("MISSING_ARGUMENT", f"'{rule.measure}' needs {wanted}", contract.where(*loc), "add it to arguments")
    for name in given:
        place = (*here, name) if name in (rule.arguments or {}) else (*loc, name)
        yield from _argument(contract, name, rule.argument(name), column, place)


def _argument(contract: Contract, name: str, value: Any, column: Property | None, loc: Loc) -> Iterator[Fault]:
    where = contract.where(*loc)
    if name == "pattern":
        reason = refusal(value) if isinstance(value, str) else "the pattern is not a string"
        if reason:
            yield Fault("BAD_PATTERN", reason, where, "write it without")
        kind = family(column) if column else None
        if kind not in (None, "string", "time"):
            problem = f"a pattern is for text, and the column is of type {kind}"
            yield Fault("RULE_CONTRADICTS_TYPE", problem, where, "use validValues, minimum or maximum")
        return
    if not isinstance(value, list | tuple) or not value:
        yield Fault("BAD_ARGUMENT", f"{name} is a list of at least one item", where, "write it as [a, b]")
    elif name == "properties":
        names = [one.name for one in contract.table.properties]
        for index, one in enumerate(value):
            if one not in names:
                shown, fix = (f" '{one}'", did_you_mean(one, names)) if isinstance(one, str) else ("", "")
                yield Fault("UNKNOWN_PROPERTY", f"the table has no property{shown}", contract.where(*loc, index), fix)
    elif column is not None:
        yield from _listed(contract, name, value, column, loc)


def _listed(contract: Contract, name: str, values: Any, column: Property, loc: Loc) -> Iterator[Fault]:
    kind = family(column)
    for index, one in enumerate(values):
        # What counts as missing is often a word in a column of another type, or null.
        if name == "validValues" and kind is not None and not fits(one, kind):
            fix = "put it in quotes" if kind == "string" else "write it as the column's type"
            where = contract.where(*loc, index)
            yield Fault("VALUE_NOT_OF_TYPE", f"the valid value is not of type {kind}", where, fix)


def _unit(contract: Contract, rule: LibraryRule, loc: Loc) -> Iterator[Fault]:
    if rule.unit is not None and rule.unit not in UNITS:
        yield Fault(
            "UNKNOWN_UNIT", "a metric counts rows or percent", contract.where(*loc, "unit"), "known: rows, percent"
        )
    if rule.unit == "percent" and rule.measure == "rowCount":
        yield Fault("UNKNOWN_UNIT", "a row count has no percentage", contract.where(*loc, "unit"), "remove the unit")
    operand = rule.comparison.operand
    numbers = operand if isinstance(operand, tuple) else (operand,)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        yield Fault("COMPARISON_TYPE", "a metric is compared with a number", contract.where(*loc), "write a number")
    elif any(one < 0 or (rule.unit == "percent" and one > 100) for one in numbers):
        span = "0 and 100" if rule.unit == "percent" else "0 and up"
        yield Fault("IMPOSSIBLE_BOUNDS", f"the measure lies between {span}", contract.where(*loc), "correct the number")


def _interval(contract: Contract, rule: MeasuredRule, loc: Loc) -> Iterator[Fault]:
    for key, ends in (("mustBeBetween", rule.must_be_between), ("mustNotBeBetween", rule.must_not_be_between)):
        if ends is not None and ends[0] >= ends[1]:
            yield Fault("IMPOSSIBLE_BOUNDS", f"{key} has no room", contract.where(*loc, key), "write [low, high]")


def _query(contract: Contract, rule: SqlRule, column: Property | None, loc: Loc) -> Iterator[Fault]:
    from sqlglot import exp, parse
    from sqlglot.errors import ParseError, SqlglotError

    where = contract.where(*loc, "query")
    try:
        statements = parse(render(rule.query, "t", "c" if column else None), dialect="spark")
    except UnknownPlaceholder as error:
        yield Fault("UNKNOWN_PLACEHOLDER", str(error), where, "known: {object}, and {property} in a property's rule")
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        spot = f" in its line {first['line']}" if first.get("line") else ""
        yield Fault("BAD_QUERY", f"the query is not Spark SQL{spot}", where, "correct the query")
    except SqlglotError:
        yield Fault("BAD_QUERY", "the query is not Spark SQL", where, "correct the query")
    else:
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            yield Fault("NOT_A_QUERY", "the rule is not one SELECT", where, "write one SELECT that returns one value")
