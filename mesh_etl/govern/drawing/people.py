"""The cards of people: what has been given to each of them, with an arrow to it where it is in another account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from mesh_etl.govern.drawing.scene import Card, Lead, Line
from mesh_etl.govern.state import (
    AllTables,
    Catalog,
    Columns,
    ColumnsBut,
    Database,
    Filter,
    GrantKey,
    Location,
    Resource,
    Rights,
    SavedExpression,
    State,
    Table,
    Tagged,
    TagValues,
)
from mesh_etl.govern.state.groups import EVERYBODY
from mesh_etl.govern.state.lines import Name, resource, rights

FEW = 3  # tables that are named one by one


def home(key: GrantKey) -> str:
    """The account that the principal of a grant belongs to."""
    parts = key.principal.split(":")
    if len(parts) > 4 and parts[4]:
        return parts[4]
    return key.principal if key.principal.isdigit() else key.account


def people(state: State, name: Name) -> dict[str, list[Card]]:
    """A card for everybody who was given something, by account; administrators are left out."""
    given: dict[tuple[str, str], dict[GrantKey, Rights]] = defaultdict(dict)
    for key, held in state.grants.items():
        settings = state.settings.get(home(key))
        if settings is None or key.principal not in settings.admins:
            given[home(key), key.principal][key] = held
    sizes: dict[Database, int] = defaultdict(int)
    for table in state.tables:
        sizes[Database(table.catalog, table.database)] += 1
    found: dict[str, list[Card]] = defaultdict(list)
    for (account, principal), grants in sorted(given.items()):
        lines = _lines(state, grants, account, sizes, name)
        if lines:
            title = "everybody with IAM rights" if principal == EVERYBODY else name(principal)
            whole = f"all of {title}" if principal == account else title
            found[account].append(Card(whole, "open" if principal == EVERYBODY else "person", tuple(lines)))
    return found


def _lines(
    state: State, grants: Mapping[GrantKey, Rights], account: str, sizes: Mapping[Database, int], name: Name
) -> list[Line]:
    """Two lines for each thing that was given: what it is, and the rights; what is in the own account comes last."""
    found: list[tuple[Line, Line]] = []
    together: dict[tuple[Database, str], list[Table]] = defaultdict(list)
    places: set[str] = set()
    values: dict[tuple[str, str, str], set[str]] = defaultdict(set)  # of tags: by catalogue, key and rights
    for key, held in sorted(grants.items(), key=lambda pair: str(pair[0])):
        what = key.resource
        if isinstance(what, Table):
            together[Database(what.catalog, what.database), _words(held)].append(what)
        elif isinstance(what, Location):
            places.add(what.arn)
        elif isinstance(what, TagValues):
            values[what.catalog, what.key, _words(held)].update(what.values)
        elif not _only_a_link(state, what, held):
            found.append(_pair(_said(state, what, name), what, account, _words(held)))
    for (database, words), tables in together.items():
        found.extend(_tables(database, tables, sizes[database], account, words))
    for (catalog, tag, words), some_values in values.items():
        one = TagValues(catalog, tag, tuple(sorted(some_values)))
        found.append(_pair(_said(state, one, name), one, account, words))
    if places:
        some = "a place" if len(places) == 1 else f"{len(places):,} places"
        found.append((Line(f"{some} in S3"), Line("  tables may point there", "dim")))
    return [line for pair in sorted(found, key=lambda pair: pair[0].lead is None) for line in pair]


def _tables(database: Database, tables: list[Table], of: int, account: str, words: str) -> Iterator[tuple[Line, Line]]:
    """The tables one by one where they are few, and the database in place of them where they are not."""
    if len(tables) <= FEW and len(tables) < max(of, 2):
        for table in tables:
            yield _pair(f"{database.name}.{table.name}", table, account, words)
    else:
        some = f"all {of:,} tables" if len(tables) == of else f"{len(tables):,} of {of:,} tables"
        yield _pair(f"{database.name}: {some}", database, account, words)


def _pair(text: str, what: Resource, account: str, words: str) -> tuple[Line, Line]:
    lead = None if _catalog(what) == account else _lead(what)
    return Line(text, lead=lead), Line(f"  {words}", "dim")


def _lead(what: Resource) -> Lead | None:
    match what:
        case Table() | Database():
            return Lead(what, "grant")
        case AllTables(catalog, database):
            return Lead(Database(catalog, database), "grant")
        case Columns(table) | ColumnsBut(table):
            return Lead(table, "filter")
        case Filter():
            return Lead(what, "filter")
        case Tagged(catalog, _, _, saved):
            return Lead(SavedExpression(catalog, saved) if saved else ("tags", catalog), "tag")
        case TagValues(catalog, key):
            return Lead(("tag", catalog, key), "tag")
    return None


def _catalog(what: Resource) -> str:
    return _catalog(what.table) if isinstance(what, Columns | ColumnsBut | Filter) else what.catalog


def _said(state: State, what: Resource, name: Name) -> str:
    match what:
        case Database(_, database):
            return f"database {database}"
        case AllTables(_, database):
            return f"{database}: all tables, those to come too"
        case Filter(table, named):
            return f"{table.database}.{table.name}, filter {named}"
        case Tagged(_, _, _, saved) if saved:
            return f"what is tagged as {saved} says"
        case TagValues(catalog, key, values) if set(values) == set(state.tags.get((catalog, key), ())):
            return f"tag {key}"
        case TagValues(_, key, values):
            return f"tag {key}: {' | '.join(values)}"
        case Catalog():
            return "the catalogue"
        case ColumnsBut(table, names):
            return f"{table.database}.{table.name}, all columns but {', '.join(names)}"
        case Columns(table, names):
            return f"{table.database}.{table.name}, {len(names):,} of its columns"
    return resource(what, name)


def _words(held: Rights) -> str:
    return rights(held).lower().replace("_", " ")


def _only_a_link(state: State, what: Resource, held: Rights) -> bool:
    """Whether this is the right to see a link, which whoever uses it needs and which shows nothing by itself."""
    entry = state.databases.get(what) if isinstance(what, Database) else None
    return entry is not None and entry.target is not None and held.permissions == {"DESCRIBE"}
