"""Which changes go into one call: columns of a table that get the same tags, and up to twenty grants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mesh_etl.govern.difference import Change
from mesh_etl.govern.difference.change import lost
from mesh_etl.govern.state import Columns, Filter, GrantKey, Resource, Rights, Table, TagValues

MOST_ENTRIES = 20  # of BatchGrantPermissions and BatchRevokePermissions
MOST_COLUMNS = 1000  # of one call, so that no request grows beyond measure


def batches(changes: Iterable[Change]) -> Iterator[tuple[Change, ...]]:
    """The changes in their order, those that follow each other and fit into one call together."""
    waiting: list[Change] = []
    for _, run in groupby(changes, _table):
        for change in sorted(run, key=_tagging):  # columns of one table get their tags in any order
            if waiting and not _fits(waiting, change):
                yield tuple(waiting)
                waiting = []
            waiting.append(change)
    if waiting:
        yield tuple(waiting)


def entries(batch: Iterable[Change]) -> list[tuple[str, Resource, Rights]]:
    """The principal, the resource and the rights of each entry of a batch of grants; columns of a table are joined."""
    found: list[tuple[str, Resource, Rights]] = []
    for change in batch:
        key, rights = change.key, rights_of(change)
        if found and found[-1][0] == key.principal and found[-1][2] == rights:
            joined = _joined(found[-1][1], key.resource)
            if joined is not None:
                found[-1] = (key.principal, joined, rights)
                continue
        found.append((key.principal, key.resource, rights))
    return found


def gives(change: Change) -> bool:
    """Whether a change of grants gives rights, and does not take them."""
    return change.kind == "added"


def rights_of(change: Change) -> Rights:
    """What the change gives or takes."""
    before, after = change.before or Rights(frozenset()), change.after or Rights(frozenset())
    moved = lost(after, before) if gives(change) else lost(before, after)
    return moved or Rights(frozenset())


def tags_of(change: Change) -> tuple[dict[str, str], dict[str, str]]:
    """The tags that the change sets, and those that it takes away."""
    before, after = change.before or {}, change.after or {}
    new = {key: value for key, value in after.items() if before.get(key) != value}
    return new, {key: value for key, value in before.items() if key not in after}


def _table(change: Change) -> Table | None:
    """The table whose columns the change gives tags to."""
    return change.key.table if change.part == "assigned" and isinstance(change.key, Columns) else None


def _tagging(change: Change) -> str:
    return repr([sorted(one.items()) for one in tags_of(change)]) if _table(change) is not None else ""


def _fits(batch: list[Change], change: Change) -> bool:
    last = batch[-1]
    if (last.part, last.account) != (change.part, change.account):
        return False
    if change.part == "grants":
        return gives(last) == gives(change) and len(entries([*batch, change])) <= MOST_ENTRIES
    if change.part == "assigned" and isinstance(change.key, Columns) and isinstance(last.key, Columns):
        same = change.key.table == last.key.table and tags_of(change) == tags_of(last)
        return same and len(batch) < MOST_COLUMNS
    return False


def _joined(one: Resource, other: Resource) -> Resource | None:
    match one, other:
        case Columns(table, names), Columns(same, more) if table == same:
            return Columns(table, (*names, *more))
        case TagValues(catalog, key, values), TagValues(owner, name, more) if (catalog, key) == (owner, name):
            return TagValues(catalog, key, (*values, *more))
    return None


def place(key: object) -> str:
    """Where a change is made, as messages say it; names of the catalogue and no more."""
    match key:
        case GrantKey(_, principal, resource):
            return f"{principal.rpartition('/')[2]} on {place(resource)}"
        case Filter(table, name):
            return f"{place(table)} filter {name}"
        case Columns(table, names):
            return f"{place(table)} ({', '.join(names)})"
        case tuple():
            return " ".join(str(part) for part in key)
    named = [str(getattr(key, name)) for name in ("database", "name", "key") if hasattr(key, name)]
    return ".".join(named) or str(key)
