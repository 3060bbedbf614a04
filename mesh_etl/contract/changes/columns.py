"""Columns, and the fields, items, keys and values inside them: gone, renamed, new, or with another type or promise."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from mesh_etl.contract.changes.base import COLUMNS, Change, Kind
from mesh_etl.contract.changes.limits import limit_changes
from mesh_etl.contract.changes.notice import Notices
from mesh_etl.contract.changes.widening import widens
from mesh_etl.contract.summary import ITEM, KEY, VALUE, ColumnSummary, Loc, Summary, reworded
from mesh_etl.contract.types import Array, Map, Struct, parse

_PARTED = (Struct, Array, Map)


def column_changes(old: Summary, new: Summary, today: datetime.date) -> Iterator[Change]:
    """The changes of columns, in their order."""
    yield from _among(old.columns, new.columns, "", COLUMNS, COLUMNS, Notices(old.notice_period, today))
    before, after = [one.name for one in old.columns], [one.name for one in new.columns]
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield Change("cosmetic", "columns", "ordered differently", at=(COLUMNS, COLUMNS))
    for path, one, other, unfit in (
        ("primary key", old.primary_key, new.primary_key, False),
        ("partition keys", old.partition_keys, new.partition_keys, True),
    ):
        if one != other:
            text = f"changed from ({', '.join(one)}) to ({', '.join(other)})"
            kind: Kind = "additive" if unfit else "breaking"
            yield Change(kind, path, text, stored="unfit" if unfit else "fits", at=(COLUMNS, COLUMNS))


def _among(
    old: Sequence[ColumnSummary], new: Sequence[ColumnSummary], prefix: str, above: Loc, over: Loc, notices: Notices
) -> Iterator[Change]:
    """The changes among columns, or among the parts inside one; `above` and `over` are their places in both files."""
    pairs, gone, came = _paired(old, new)
    for one in old:
        path = _path(prefix, one.name)
        if one.name in gone:
            text, flag = notices.removal(one)
            yield Change("breaking", path, text, flag=flag, at=(one.loc, over))
            continue
        other = pairs[one.name]
        if one.name != other.name:
            text = f"renamed to '{other.name}': readers by the old name fail"
            yield Change("breaking", path, text, stored="unfit", flag="rename", at=(one.loc, other.loc))
        yield from _column(path, one, other, notices)
    for one in came:
        yield _added(_path(prefix, one.name), one, above)
    if prefix and not gone and not came and [pairs[one.name].name for one in old] != [one.name for one in new]:
        yield Change("cosmetic", prefix, "fields ordered differently", at=(above, over))


def _paired(
    old: Sequence[ColumnSummary], new: Sequence[ColumnSummary]
) -> tuple[dict[str, ColumnSummary], set[str], list[ColumnSummary]]:
    """The new column of each old name, the names that are gone, and the columns that came.

    An id that both sides have tells the same column, whatever it is called now; the others go by their names.
    """
    ids = {one.id: one for one in new if one.id}
    known = {one.id for one in old if one.id}
    names = {one.name: one for one in new if one.id not in known}
    found = {one.name: ids.get(one.id or "") or names.get(one.name) for one in old}
    pairs = {name: other for name, other in found.items() if other is not None}
    taken = {other.name for other in pairs.values()}
    return pairs, set(found) - set(pairs), [one for one in new if one.name not in taken]


def _path(prefix: str, name: str) -> str:
    return f"{prefix}{name}" if not prefix or name in (ITEM, KEY, VALUE) else f"{prefix}.{name}"


def _added(path: str, new: ColumnSummary, above: Loc) -> Change:
    if new.required:
        text = f"added as required {new.type}: rows that are stored have no value for it"
        return Change("additive", path, text, stored="unfit", at=(above, new.loc))
    return Change("additive", path, f"added as {new.type}", at=(above, new.loc))


def _column(path: str, old: ColumnSummary, new: ColumnSummary, notices: Notices) -> Iterator[Change]:
    one, other = parse(old.type), parse(new.type)
    if isinstance(one, _PARTED) and type(one) is type(other):
        yield from _among(old.inside(), new.inside(), path, old.loc, new.loc, notices)
    elif one != other:
        yield _typed(path, old, new)
    yield from limit_changes(path, old, new)
    yield from notices.changes(path, old, new)
    if old.classification != new.classification:
        yield _classified(path, old, new)
    if old.description != new.description or reworded(old.words, new.words):
        yield Change("cosmetic", path, "described differently", view="people", at=(old.loc, new.loc))


def _typed(path: str, old: ColumnSummary, new: ColumnSummary) -> Change:
    one, other = parse(old.type), parse(new.type)
    if widens(one, other):
        return Change("additive", path, f"widened from {old.type} to {new.type}", at=(old.loc, new.loc))
    word = "narrowed" if widens(other, one) else "changed"
    text = f"{word} from {old.type} to {new.type}"
    return Change("breaking", path, text, stored="unfit", at=(old.loc, new.loc))


_SECRECY = ("public", "internal", "restricted", "confidential", "personal", "sensitive", "secret")


def _classified(path: str, old: ColumnSummary, new: ColumnSummary) -> Change:
    """Grants follow the classification, so that who may see the column can change with it."""
    ranks = [
        -1 if one is None else _SECRECY.index(one.lower()) if one.lower() in _SECRECY else None
        for one in (old.classification, new.classification)
    ]
    word = "changed"
    if ranks[0] is not None and ranks[1] is not None and ranks[0] != ranks[1]:
        word = "stricter" if ranks[1] > ranks[0] else "looser"
    text = f"classification {word}, from {old.classification or 'none'} to {new.classification or 'none'}"
    return Change("additive", path, text, view="access", flag="governance", at=(old.loc, new.loc))
