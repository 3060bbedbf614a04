"""Promises about one column that cannot all be kept, or of which one makes another pointless."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.options import Bound, DateOptions, NumericOptions, Options, RangeOptions, StringOptions
from mesh_etl.contract.quality import LibraryRule
from mesh_etl.contract.regex import refusal
from mesh_etl.contract.table import Loc, Property
from mesh_etl.contract.values import family, fits, moment
from mesh_etl.errors import Fault


def contradictions(draft: Draft) -> Iterator[Fault]:
    """Rules against what a column is, and accepted values that its bounds, length or pattern refuse."""
    for below, found in draft.table.walk():
        loc = (*draft.top, *below)
        for index, one in enumerate(found.enum or ()):
            yield from _refused(draft, found, one.value, (*loc, "enum", index, "value"))
        for index, rule in enumerate(found.quality):
            if isinstance(rule, LibraryRule) and (rule.metric or rule.rule):
                yield from _against_rule(draft, found, rule, (*loc, "quality", index))


def _against_rule(draft: Draft, found: Property, rule: LibraryRule, loc: Loc) -> Iterator[Fault]:
    forbidden = {
        "nullValues": found.required or found.primary_key,
        "missingValues": False,
        "duplicateValues": found.unique,
    }.get(rule.measure, False)
    if forbidden and _counted(rule) and not rule.comparison.holds(0):
        what = "NULL" if rule.measure == "nullValues" else "duplicates"
        problem = f"the column allows no {what}, and the rule asks for some"
        yield Fault("RULES_CONTRADICT", problem, draft.where(*loc), "drop the rule, or what forbids them")
    valid, accepted = rule.argument("validValues"), [one.value for one in found.enum or ()]
    if rule.measure != "invalidValues" or not isinstance(valid, list | tuple):
        return
    if accepted and valid and not set(map(repr, valid)) & set(map(repr, accepted)):
        problem = "no value of the column's enum is among the valid values"
        yield Fault("RULES_CONTRADICT", problem, draft.where(*loc), "list the same values, or keep one of the lists")
    at = (*loc, "arguments", "validValues") if "validValues" in (rule.arguments or {}) else (*loc, "validValues")
    for index, value in enumerate(valid):
        yield from _refused(draft, found, value, (*at, index))


def _counted(rule: LibraryRule) -> bool:
    operand = rule.comparison.operand
    return all(isinstance(one, int | float) for one in (operand if isinstance(operand, tuple) else (operand,)))


def _refused(draft: Draft, found: Property, value: Any, loc: Loc) -> Iterator[Fault]:
    """A listed value that the column's own options refuse; the value itself is not told."""
    kind = family(found)
    options = found.logical_type_options
    if kind is None or options is None or not fits(value, kind):
        return  # another type is told elsewhere
    reason = _reason(options, value, kind)
    if reason:
        yield Fault("VALUE_REFUSED", f"the listed value {reason}", draft.where(*loc), "remove it, or widen the option")


def _reason(options: Options, value: Any, kind: str) -> str | None:
    if isinstance(options, StringOptions):
        return _text_reason(options, value)
    if not isinstance(options, RangeOptions):
        return None
    step = options.multiple_of if isinstance(options, NumericOptions) else None
    if step is not None and Fraction(str(value)) % Fraction(str(step)):
        return "is no multiple of multipleOf"
    reader = (lambda one: moment(one, kind)) if isinstance(options, DateOptions) else (lambda one: one)
    low, high = _end(options.lower, reader), _end(options.upper, reader)
    seen = reader(value)
    try:
        below = low is not None and (seen < low[0] or (seen == low[0] and not low[1]))
        above = high is not None and (seen > high[0] or (seen == high[0] and not high[1]))
    except TypeError:
        return None  # a date against a timestamp of version 3.0
    return "is below the minimum" if below else "is above the maximum" if above else None


def _end(bound: Bound | None, reader: Any) -> tuple[Any, bool] | None:
    value = reader(bound.value) if bound else None
    return None if bound is None or value is None else (value, bound.inclusive)


def _text_reason(options: StringOptions, value: str) -> str | None:
    if options.min_length is not None and len(value) < options.min_length:
        return "is shorter than minLength"
    if options.max_length is not None and len(value) > options.max_length:
        return "is longer than maxLength"
    if options.pattern is None or refusal(options.pattern):
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        matches = pc.match_substring_regex(pa.array([value], pa.string()), options.pattern)[0].as_py()
    except pa.ArrowInvalid:
        return None  # the run tells what RE2 makes of it
    return None if matches else "does not match the pattern"
