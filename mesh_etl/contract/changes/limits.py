"""What a column promises of its values, tightened or loosened.

A tightened promise is one kept better: readers stay right, rows that are stored may break it. A loosened one is
breaking for whoever relies on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from mesh_etl.contract.changes.base import Change
from mesh_etl.contract.summary import ColumnSummary

Turn = Literal["tightened", "loosened", "changed"]
_FLOORS = {"minLength", "minItems", "minProperties"}
_CEILINGS = {"maxLength", "maxItems", "maxProperties"}


def limit_changes(path: str, old: ColumnSummary, new: ColumnSummary) -> Iterator[Change]:
    """The changes of `required`, `unique`, `enum` and the options of the type."""
    yield from _flag(path, old, new, "required")
    yield from _flag(path, old, new, "unique")
    yield from _accepted(path, old, new)
    before, after = old.limits, new.limits
    if before is None or after is None:
        return
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) != after.get(key):
            yield _limit(path, key, before.get(key), after.get(key), old, new)


def _flag(path: str, old: ColumnSummary, new: ColumnSummary, word: Literal["required", "unique"]) -> Iterator[Change]:
    before, after = getattr(old, word), getattr(new, word)
    if after and not before:
        # Uniqueness is proven by every run over all rows; that a stored row has a value is not.
        stored: Literal["fits", "unproven"] = "unproven" if word == "required" else "fits"
        yield Change("additive", path, f"{word} now", "rules", stored, at=(old.loc, (*new.loc, word)))
    if before and not after:
        view: Literal["columns", "rules"] = "columns" if word == "required" else "rules"
        text = "no longer required: readers may meet rows without a value" if word == "required" else "no longer unique"
        yield Change("breaking", path, text, view, at=((*old.loc, word), new.loc))


def _accepted(path: str, old: ColumnSummary, new: ColumnSummary) -> Iterator[Change]:
    before, after = old.accepted, new.accepted
    places = ((*old.loc, "enum"), (*new.loc, "enum"))
    if before is None and after is not None:
        text = f"restricted to {len(after)} accepted value(s)"
        yield Change("additive", path, text, "rules", "unproven", at=places)
    elif before is not None and after is None:
        yield Change("breaking", path, "no longer restricted to accepted values", "rules", at=places)
    elif before is not None and after is not None:
        if gone := len(set(before) - set(after)):
            yield Change("additive", path, f"{gone} accepted value(s) removed", "rules", "unproven", at=places)
        if more := len(set(after) - set(before)):
            text = f"{more} accepted value(s) added: readers may meet values that they do not know"
            yield Change("breaking", path, text, "rules", at=places)


def _limit(path: str, key: str, before: Any, after: Any, old: ColumnSummary, new: ColumnSummary) -> Change:
    turn = turned(key, before, after)
    text = f"{key} {turn}, {_told(before)} to {_told(after)}"
    places = ((*old.loc, "logicalTypeOptions", key), (*new.loc, "logicalTypeOptions", key))
    if turn == "tightened":
        return Change("additive", path, text, "rules", "unproven", at=places)
    return Change("breaking", path, text, "rules", "fits" if turn == "loosened" else "unproven", at=places)


def turned(key: str, before: Any, after: Any) -> Turn:
    """Whether fewer values keep the promise now, more do, or others; None is no limit."""
    if before is None or after is None:
        return "tightened" if before is None else "loosened"
    if key in _FLOORS or key in _CEILINGS:
        return "tightened" if (after > before) == (key in _FLOORS) else "loosened"
    if key in ("minimum", "maximum"):
        return _end(key, before, after)
    if key == "required":
        one, other = set(before), set(after)
        return "tightened" if one < other else "loosened" if other < one else "changed"
    if key == "uniqueItems":
        return "tightened" if after else "loosened"
    if key == "multipleOf":
        step, next_step = Decimal(str(before)), Decimal(str(after))
        return "tightened" if next_step % step == 0 else "loosened" if step % next_step == 0 else "changed"
    return "changed"


def _end(key: str, before: Any, after: Any) -> Turn:
    """Ends are numbers or ISO dates, which compare as text; at the same value, the end itself may come or go."""
    (one, one_inside), (other, other_inside) = before, after
    if one == other:
        return "loosened" if other_inside and not one_inside else "tightened"
    try:
        raised = other > one
    except TypeError:
        return "changed"
    return "tightened" if raised == (key == "minimum") else "loosened"


def _told(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[1], bool):
        return f"{value[0]}" if value[1] else f"{value[0]} (excluded)"
    return f"'{value}'" if isinstance(value, str) else f"{value}"
