"""A change as one line of text."""

from __future__ import annotations

from mesh_etl.govern.difference.change import Change, lost
from mesh_etl.govern.state import Columns, Rights, Settings
from mesh_etl.govern.state import lines as words
from mesh_etl.govern.state.lines import Name

SIGNS = {"added": "+", "changed": "~", "removed": "-"}


def sign(change: Change) -> str:
    """`+` for what comes, `~` for what changes, `-` for what goes."""
    return SIGNS[change.kind]


def line(change: Change, name: Name = str) -> str:
    """The change with its sign: `+ grant governance: marketing.analyst SELECT on …`; `name` as for states."""
    return f"{sign(change)} {said(change, name)}"


def said(change: Change, name: Name = str, columns: tuple[str, ...] = ()) -> str:
    """The change without its sign; `columns` are all those that it stands for, where several are told as one."""
    key, one = change.key, change.after if change.after is not None else change.before
    match change.part:
        case "settings":
            return f"settings: {_settings(change)}"
        case "tags":
            return f"tag {key[1]}: {' | '.join(one)}"
        case "expressions":
            return f"expression {key[1]}: " + words.expression(one)
        case "databases":
            return f"{'link ' if one.target else ''}{words.resource(key, name)}{words.database(one, name)}"
        case "tables":
            kind = "" if one.kind == "table" else f"{one.kind}: "
            return f"{kind}{words.resource(key, name)}{words.table(one, name)}"
        case "assigned":
            what = Columns(key.table, columns) if columns else key
            return f"tags of {words.resource(what, name)}: {_tags(change)}"
        case "filters":
            return f"{words.resource(key, name)}: {words.cells(one)}"
        case "grants":
            what = Columns(key.resource.table, columns) if columns else key.resource
            return f"grant: {name(key.principal)} {words.rights(_moved(change))} on {words.resource(what, name)}"
        case "locations":
            return f"location {key[1]}, read by {name(one)}"
    return f"share {name(key[0])} → {name(key[1])}: {one.status.lower()}"


def _moved(change: Change) -> Rights:
    """The rights that come or go."""
    none = Rights(frozenset())
    before, after = change.before or none, change.after or none
    moved = lost(after, before) if change.kind == "added" else lost(before, after)
    if moved is None:
        return none
    return Rights(moved.permissions | moved.grantable, moved.grantable)


def _tags(change: Change) -> str:
    before, after = change.before or {}, change.after or {}
    new = [f"{key}={value}" for key, value in sorted(after.items()) if before.get(key) != value]
    old = [f"without {key}" for key in sorted(before.keys() - after.keys())]
    return ", ".join((*new, *old))


def _settings(change: Change) -> str:
    before: Settings = change.before
    after: Settings = change.after
    told = [f"administered by {one.rpartition('/')[2]}" for one in sorted(after.admins - before.admins)]
    if after.cross_account_version != before.cross_account_version:
        told.append(f"cross-account version {after.cross_account_version}")
    if before.open_databases > after.open_databases or before.open_tables > after.open_tables:
        told.append("new databases and tables are open to nobody")
    if after.full_table_access > before.full_table_access:
        told.append("credentials for the files of whole tables")
    return ", ".join(told)
