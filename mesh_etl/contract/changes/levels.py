"""Service levels: better ones are more to rely on, worse ones break a promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_etl.contract.changes.base import Change, common
from mesh_etl.contract.levels import MORE_IS_BETTER, amount, level, number, spelled
from mesh_etl.contract.summary import LevelSummary, Summary


def level_changes(old: Summary, new: Summary) -> Iterator[Change]:
    """The changes of service levels; nothing where the old ones are unknown."""
    if old.levels is None or new.levels is None:
        return
    before = {_key(one): one for one in old.levels}
    after = {_key(one): one for one in new.levels}
    gone, stay, came = common(before, after)
    for key in gone:
        one = before[key]
        yield Change("breaking", _path(one), "no longer promised", "levels", at=(one.loc, ("slaProperties",)))
    for key in stay:
        if _promise(before[key]) != _promise(after[key]):
            yield _moved(before[key], after[key])
    for key in came:
        one = after[key]
        yield Change("additive", _path(one), "promised now", "levels", at=(("slaProperties",), one.loc))


def _key(one: LevelSummary) -> tuple[str | None, ...]:
    return (level(one.property) or one.property.lower(), one.element, one.driver)


def _promise(one: LevelSummary) -> tuple[Any, ...]:
    return (one.value, one.value_ext, one.unit)


def _moved(old: LevelSummary, new: LevelSummary) -> Change:
    text = f"from {_told(old)} to {_told(new)}"
    places = (old.loc, new.loc)
    kind, amounts = level(old.property), _amounts(old, new)
    if kind is None or amounts is None:
        return Change("breaking", _path(new), f"changed {text}", "levels", at=places)
    before, after = amounts
    if before == after:
        return Change("cosmetic", _path(new), f"spelled differently, {text}", "levels", at=places)
    better = (after > before) == (kind in MORE_IS_BETTER)
    if better:
        return Change("additive", _path(new), f"better now, {text}", "levels", at=places)
    return Change("breaking", _path(new), f"worse now, {text}", "levels", at=places)


def _amounts(old: LevelSummary, new: LevelSummary) -> tuple[Any, Any] | None:
    """What both promise, so that it compares; None where nobody can tell."""
    kind = level(old.property)
    try:
        return amount(kind, old.value, old.unit), amount(kind, new.value, new.unit)
    except ValueError:
        before, after = number(old.value), number(new.value)
        if spelled(old.unit) != spelled(new.unit) or before is None or after is None:
            return None
        return before, after


def _told(stated: LevelSummary) -> str:
    parts = [str(one) for one in (stated.value, stated.unit) if one not in (None, "")]
    return " ".join(parts) or "no value"


def _path(one: LevelSummary) -> str:
    return f"{one.property} of {one.element}" if one.element else one.property
