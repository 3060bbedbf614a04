"""Quality rules and references to other tables: added, gone, of another severity, or with a threshold that moved."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mesh_etl.contract.changes.base import Change, Stored, common
from mesh_etl.contract.summary import Loc, RuleSummary, Summary, reworded

_MILD = {"warning", "warn", "info", "minor"}
_REFERENCES: Loc = ("schema", 0, "relationships")
# A span of numbers: its ends, each with whether it belongs to it.
Span = tuple[float, bool, float, bool]


def rule_changes(old: Summary, new: Summary) -> Iterator[Change]:
    """The changes of quality rules; nothing where the old ones are unknown."""
    if old.rules is not None and new.rules is not None:
        pairs, gone, came = _paired(_under_new_names(old, new), new.rules)
        for one, other in pairs:
            told = _mild(one) and _mild(other)  # nobody can rely on what is only told
            yield from (replace(change, kind="cosmetic") if told else change for change in _rule(one, other))
        for one in gone:
            yield Change(
                "cosmetic" if _mild(one) else "breaking", _path(one), "rule removed", "rules", at=(one.loc, _owner(one))
            )
        for one in came:
            stored: Stored = "unproven" if one.rejects and not _mild(one) else "fits"
            yield Change("additive", _path(one), "rule added", "rules", stored, at=(_owner(one), one.loc))
    if old.references is not None and new.references is not None:
        lost, _, found = common(old.references, new.references)
        for text in lost:
            yield Change("breaking", "relationships", f"{text} is no longer promised", "rules", at=(_REFERENCES,) * 2)
        for text in found:
            yield Change("additive", "relationships", f"{text} is promised now", "rules", at=(_REFERENCES,) * 2)


def _under_new_names(old: Summary, new: Summary) -> list[RuleSummary]:
    """The old rules, each with the name that its column has now."""
    ids = {column.id: column.name for column in new.columns if column.id is not None}
    names = {column.name: ids.get(column.id or "", column.name) for column in old.columns}
    heads = [re.split(r"(?=[.\[{])", rule.column, maxsplit=1) for rule in old.rules or ()]
    return [
        replace(rule, column=names.get(head[0], head[0]) + "".join(head[1:]))
        for rule, head in zip(old.rules or (), heads, strict=True)
    ]


def _paired(
    old: Sequence[RuleSummary], new: Sequence[RuleSummary]
) -> tuple[list[tuple[RuleSummary, RuleSummary]], list[RuleSummary], list[RuleSummary]]:
    """The rules that are the same one in both: by id, then by name, then by what they measure, then by their kind."""
    pairs: list[tuple[RuleSummary, RuleSummary]] = []
    left, right = list(old), list(new)
    keys: tuple[Any, ...] = (
        lambda rule: rule.id,
        lambda rule: rule.name and (rule.column, rule.name),
        lambda rule: (rule.column, rule.kind, rule.measures, rule.valid, rule.comparison),
        lambda rule: (rule.column, rule.kind, rule.measures),
        lambda rule: rule.kind == "text" and (rule.column, rule.kind),
    )
    for key in keys:
        waiting: dict[Any, list[RuleSummary]] = {}
        for other in right:
            waiting.setdefault(key(other), []).append(other)
        found = [(one, waiting[key(one)].pop(0)) for one in left if key(one) and waiting.get(key(one))]
        taken = {id(one) for pair in found for one in pair}
        pairs += found
        left, right = ([one for one in side if id(one) not in taken] for side in (left, right))
    return pairs, left, right


def _rule(old: RuleSummary, new: RuleSummary) -> Iterator[Change]:
    path, places = _path(new), (old.loc, new.loc)
    stored: Stored = "unproven" if new.rejects and not _mild(new) else "fits"
    severity = f"its severity is {new.severity}, it was {old.severity}"
    if _mild(old) != _mild(new):
        text = f"{'no longer enforced' if _mild(new) else 'enforced now'}: {severity}"
        yield Change("breaking" if _mild(new) else "additive", path, text, "rules", stored, at=places)
    elif old.severity != new.severity:
        yield Change("cosmetic", path, severity, "rules", at=places)
    if (old.kind, old.measures, old.unit) != (new.kind, new.measures, new.unit):
        yield Change("breaking", path, "measures something else", "rules", stored, at=places)
    else:
        yield from _threshold(old, new, stored)
        yield from _valid(old, new)
    if reworded(old.words, new.words):
        yield Change("cosmetic", path, "described differently", "people", at=places)


def _threshold(old: RuleSummary, new: RuleSummary, stored: Stored) -> Iterator[Change]:
    if old.comparison is None or new.comparison is None:
        return
    if (old.comparison, old.closed) == (new.comparison, new.closed):
        return
    before, after = _spans(*old.comparison, old.closed), _spans(*new.comparison, new.closed)
    text = f"from {_told(old)} to {_told(new)}"
    places = (old.loc, new.loc)
    if before is None or after is None or not (_within(after, before) or _within(before, after)):
        yield Change("breaking", _path(new), f"threshold changed {text}", "rules", stored, at=places)
    elif _within(after, before) and not _within(before, after):
        yield Change("additive", _path(new), f"threshold tightened {text}", "rules", stored, at=places)
    elif _within(before, after) and not _within(after, before):
        yield Change("breaking", _path(new), f"threshold loosened {text}", "rules", at=places)
    else:
        yield Change("cosmetic", _path(new), f"threshold spelled differently, {text}", "rules", at=places)


def _valid(old: RuleSummary, new: RuleSummary) -> Iterator[Change]:
    before, after = set(old.valid or ()), set(new.valid or ())
    places = (old.loc, new.loc)
    if gone := len(before - after):
        yield Change("additive", _path(new), f"{gone} valid value(s) removed", "rules", "unproven", at=places)
    if more := len(after - before):
        text = f"{more} valid value(s) added: readers may meet values that they do not know"
        yield Change("breaking", _path(new), text, "rules", at=places)


def _spans(operator: str, operand: Any, closed: bool) -> tuple[Span, ...] | None:
    """The numbers that a comparison lets pass, as spans; None where it does not compare numbers."""
    ends = operand if isinstance(operand, tuple) else (operand, operand)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in ends):
        return None
    low, high = ends
    below, above = (-math.inf, False, low, False), (high, False, math.inf, False)
    return {
        "must_be": ((low, True, high, True),),
        "must_not_be": (below, above),
        "must_be_greater_than": (above,),
        "must_be_greater_or_equal_to": ((low, True, math.inf, False),),
        "must_be_less_than": (below,),
        "must_be_less_or_equal_to": ((-math.inf, False, high, True),),
        "must_be_between": ((low, closed, high, closed),),
        "must_not_be_between": ((-math.inf, False, low, not closed), (high, not closed, math.inf, False)),
    }.get(operator)


def _within(inner: tuple[Span, ...], outer: tuple[Span, ...]) -> bool:
    """Whether each span lies in one of the others."""
    return all(any(_covers(one, other) for one in outer) for other in inner)


def _covers(outer: Span, inner: Span) -> bool:
    low = inner[0] > outer[0] or (inner[0] == outer[0] and (outer[1] or not inner[1]))
    high = inner[2] < outer[2] or (inner[2] == outer[2] and (outer[3] or not inner[3]))
    return low and high


def _told(rule: RuleSummary) -> str:
    operator, operand = rule.comparison or ("", "")
    word = operator.replace("_", " ")
    if isinstance(operand, tuple):
        return f"'{word} {operand[0]} and {operand[1]}' ({'inclusive' if rule.closed else 'exclusive'})"
    return f"'{word} {operand}'"


def _mild(rule: RuleSummary) -> bool:
    return rule.severity in _MILD or rule.kind == "text"


def _path(rule: RuleSummary) -> str:
    what = rule.name or rule.id or (rule.measures.partition("{")[0] if rule.kind == "library" else rule.kind)
    return f"{rule.column or 'table'}: {what}"


def _owner(rule: RuleSummary) -> tuple[str | int, ...]:
    return rule.loc[:-2]
