"""What has to come, change and go beside tags and grants: settings, values of tags, databases, tables, filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mesh_etl.govern.difference.bounds import Bounds, database_of, is_others, thing
from mesh_etl.govern.difference.change import Change
from mesh_etl.govern.difference.granting import Foreign
from mesh_etl.govern.state import Database, DatabaseEntry, Settings, Share, State, TableEntry

PUBLISHED = ("mesh_etl.published_seq", "mesh_etl.published_at")


def settings(observed: State, desired: State) -> Iterator[Change]:
    """The accounts are ready: our admin among the admins, the version high enough, new entries given to nobody.

    Credentials for whole tables are allowed where jobs need them, and never forbidden: others may need them as well.
    """
    for account, wanted in desired.settings.items():
        found = observed.settings.get(account, Settings())
        after = Settings(
            found.admins | wanted.admins,
            max(found.cross_account_version, wanted.cross_account_version),
            found.open_databases and wanted.open_databases,
            found.open_tables and wanted.open_tables,
            found.full_table_access or wanted.full_table_access,
        )
        if after != found:
            yield Change("settings", account, found, after)


def other_admins(observed: State, desired: State) -> Iterator[Foreign]:
    """Administrators that the configuration does not know: they may grant anything to anybody."""
    for account, wanted in desired.settings.items():
        for admin in sorted(observed.settings.get(account, Settings()).admins - wanted.admins):
            yield Foreign("settings", account, admin, "may grant anything there, and is not the role that governs")


def values_added(observed: State, desired: State) -> Iterator[Change]:
    """LF-Tags have all values that are asked for, and keep those that they have."""
    for key, wanted in desired.tags.items():
        found = observed.tags.get(key)
        both = (*(found or ()), *(value for value in wanted if value not in (found or ())))
        if found is None or len(both) > len(found):
            yield Change("tags", key, found, both)


def values_removed(observed: State, desired: State, bounds: Bounds) -> Iterator[Change]:
    """Values and LF-Tags go that were made before and are asked for no more."""
    for key, found in observed.tags.items():
        if thing("tags", key) not in bounds.claims.things:
            continue
        wanted = desired.tags.get(key)
        before = (*found, *(value for value in wanted or () if value not in found))
        kept = tuple(value for value in before if wanted is not None and value in wanted)
        if kept != before:
            yield Change("tags", key, before, kept or None)


def added(part: Any, observed: Mapping[Any, Any], desired: Mapping[Any, Any]) -> Iterator[Change]:
    """Entries come that are asked for and are not there."""
    for key, wanted in desired.items():
        if key not in observed:
            yield Change(part, key, None, wanted)


def changed(part: Any, observed: Mapping[Any, Any], desired: Mapping[Any, Any]) -> Iterator[Change]:
    """Entries that are there become what is asked for."""
    for key, wanted in desired.items():
        if key in observed and observed[key] != wanted:
            yield Change(part, key, observed[key], wanted)


def removed(part: Any, observed: Mapping[Any, Any], desired: Mapping[Any, Any], bounds: Bounds) -> Iterator[Change]:
    """Entries go that were made before and are asked for no more."""
    for key, found in observed.items():
        if key not in desired and thing(part, key) in bounds.claims.things:
            yield Change(part, key, found, None)


def tables_removed(observed: State, desired: State, bounds: Bounds) -> Iterator[Change]:
    """As `removed`; but an entry of the producer's own that a run has published is the producer's to drop.

    Where its database goes, it goes as well.
    """
    going = {change.key for change in databases_removed(observed, desired, bounds)}
    for table, entry in observed.tables.items():
        gone = Database(table.catalog, table.database) in going
        ours = thing("tables", table) in bounds.claims.things
        dropped = ours and (table.catalog == bounds.central or not published(entry))
        if table not in desired.tables and (gone or dropped):
            yield Change("tables", table, entry, None)


def databases_removed(observed: State, desired: State, bounds: Bounds) -> Iterator[Change]:
    """As `removed`; but a database stays while tables of others are in it."""
    kept = {one.key for one in databases_kept(observed, desired, bounds)}
    for change in removed("databases", observed.databases, desired.databases, bounds):
        if change.key not in kept:
            yield change


def databases_kept(observed: State, desired: State, bounds: Bounds) -> Iterator[Foreign]:
    """Databases that are asked for no more, and hold tables that the mesh has not made."""
    others: dict[Database, str] = {}
    for table in observed.tables:
        if is_others(table, observed, bounds):
            others.setdefault(Database(table.catalog, table.database), table.name)
    for change in removed("databases", observed.databases, desired.databases, bounds):
        if change.key in others:
            reason = f"tables of others are in it, such as {others[change.key]}"
            yield Foreign("databases", change.key, change.before, reason)


def described(observed: State, desired: State) -> Iterator[Change]:
    """Databases have the parameters that are asked for; what else they say is their owner's."""
    for key, wanted in desired.databases.items():
        found = observed.databases.get(key)
        if found is None or found.target != wanted.target:
            continue
        parameters = tuple(sorted({**dict(found.parameters), **dict(wanted.parameters)}.items()))
        if wanted.target is None and (parameters != tuple(sorted(found.parameters)) or _says_more(found, wanted)):
            yield Change("databases", key, found, replace(wanted, parameters=parameters))


def _says_more(found: DatabaseEntry, wanted: DatabaseEntry) -> bool:
    return bool(wanted.description) and found.description != wanted.description


def reshaped(observed: State, desired: State) -> Iterator[Change]:
    """Entries that nothing was published to have the contract's columns; views have their definition."""
    for key, wanted in desired.tables.items():
        found = observed.tables.get(key)
        if found is None or found.kind != wanted.kind or wanted.kind == "link":
            continue
        same = found.columns == wanted.columns and (wanted.kind != "view" or found.definition == wanted.definition)
        if not same and (wanted.kind == "view" or not published(found)):
            yield Change("tables", key, found, wanted)


def tied(observed: State, desired: State, bounds: Bounds) -> Iterator[Change]:
    """Entries that the mesh has made say again whose they are: without it no publish would take them for its own."""
    for key, wanted in desired.tables.items():
        found = observed.tables.get(key)
        if found is None or found.kind != "table" or thing("tables", key) not in bounds.claims.things:
            continue
        both = {**dict(wanted.parameters), **dict(found.parameters)}
        if len(both) > len(found.parameters):
            yield Change("tables", key, found, replace(found, parameters=tuple(sorted(both.items()))))


def published(entry: TableEntry) -> bool:
    """Whether a run has published to the entry: its columns are then those of the data, which the next run changes."""
    return any(name in PUBLISHED for name, _ in entry.parameters)


def unlike(observed: State, desired: State) -> Iterator[Foreign]:
    """Things of other kinds that stand where ours are to be: a table for a view, a database for a link."""
    for key, wanted in desired.databases.items():
        found = observed.databases.get(key)
        if found is not None and found.target != wanted.target:
            reason = "a database of that name is not the link that is asked for" if wanted.target else "it is a link"
            yield Foreign("databases", key, found, reason)
    for table, entry in desired.tables.items():
        other = observed.tables.get(table)
        if other is not None and other.kind != entry.kind:
            yield Foreign("tables", table, other, f"it is a {other.kind}, and not a {entry.kind}")


def filters_of_others(observed: State, desired: State, bounds: Bounds) -> Iterator[Foreign]:
    """Data cells filters on our tables that we did not make."""
    for key, found in observed.filters.items():
        ours = thing("filters", key) in bounds.claims.things
        if key not in desired.filters and not ours and database_of(key) in desired.databases:
            yield Foreign("filters", key, found, "it was not made from the configuration")


def shares(observed: State, desired: State) -> Iterator[Change]:
    """Invitations are accepted; what an organization shares needs none."""
    for key in desired.shares:
        found = observed.shares.get(key)
        if found is None or found.status != "ACTIVE":
            yield Change("shares", key, found, Share("ACTIVE", found.invitation if found else ""))


def is_link(change: Change) -> bool:
    """Whether the change is one of a resource link."""
    entries = [one for one in (change.before, change.after) if one is not None]
    return change.part in ("databases", "tables") and any(one.target is not None for one in entries)


def database(change: Change) -> Database | None:
    """The database that the change is about, for changes of databases and of what is in them."""
    match change.part:
        case "grants":
            return database_of(change.key.resource)
        case "databases" | "tables" | "assigned" | "filters":
            return database_of(change.key)
    return None
