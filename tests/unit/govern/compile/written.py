"""A state as lines of text: sorted, and the same for the same state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mesh_etl.govern.state.entries import Settings, TableEntry
from mesh_etl.govern.state.lines import Name, cells, database, expression, resource, rights, table, tags
from mesh_etl.govern.state.resources import Columns, Resource, Table
from mesh_etl.govern.state.state import State


def lines(state: State, name: Name) -> list[str]:
    """The state line by line; `name` says what people call an account's id or a principal."""
    found = [
        *(f"settings {name(account)}: {_settings(one, name)}" for account, one in state.settings.items()),
        *(f"tag {name(account)}/{key}: {' | '.join(values)}" for (account, key), values in state.tags.items()),
        *(f"expression {name(account)}/{key}: {expression(one)}" for (account, key), one in state.expressions.items()),
        *(f"{resource(what, name)}{database(entry, name)}" for what, entry in state.databases.items()),
        *(f"{_entry(what, entry, name)}" for what, entry in state.tables.items()),
        *(f"tags of {resource(what, name)}: {tags(values)}" for what, values in _assigned(state)),
        *(f"{resource(what, name)}: {cells(one)}" for what, one in state.filters.items()),
        *(
            f"grant in {name(key.account)}: {name(key.principal)} {rights(one)} on {resource(key.resource, name)}"
            for key, one in state.grants.items()
        ),
        *(f"location {name(account)} {arn}: {role}" for (account, arn), role in state.locations.items()),
        *(f"share {name(owner)} → {name(to)}: {one.status.lower()}" for (owner, to), one in state.shares.items()),
    ]
    return sorted(found)


def _settings(one: Settings, name: Name) -> str:
    open_ = [word for word, is_open in (("databases", one.open_databases), ("tables", one.open_tables)) if is_open]
    opened = f"new {' and '.join(open_)} are open to IAM" if open_ else "new entries are closed"
    admins = ", ".join(sorted(map(name, one.admins))) or "nobody"
    given = "; credentials for whole tables" if one.full_table_access else ""
    return f"administered by {admins}; cross-account version {one.cross_account_version}; {opened}{given}"


def _entry(what: Table, entry: TableEntry, name: Name) -> str:
    kind = "" if entry.kind == "table" else f"{entry.kind}: "
    return f"{kind}{resource(what, name)}{table(entry, name)}"


def _assigned(state: State) -> Iterator[tuple[Resource, Mapping[str, str]]]:
    """What has tags of its own; the columns of a table with the same tags stand together."""
    together: dict[tuple[Table, tuple[tuple[str, str], ...]], list[str]] = {}
    for what, values in state.assigned.items():
        if isinstance(what, Columns):
            together.setdefault((what.table, tuple(sorted(values.items()))), []).extend(what.names)
        else:
            yield what, values
    for (of, pairs), names in together.items():
        yield Columns(of, tuple(sorted(names))), dict(pairs)
