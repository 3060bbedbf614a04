"""The databases and tables of one account that belong to the mesh."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from mesh_etl.govern.state import Database, DatabaseEntry, Table, TableEntry
from mesh_etl.views.table_input import definition_of

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts

OURS = "mesh_etl."  # how the parameters begin that tie an entry to its contract


def databases(accounts: Accounts, account: str, names: Collection[str]) -> dict[Database, DatabaseEntry]:
    """The databases of these names, and links to such databases under whatever name."""
    found = accounts.pages(account, "glue", "get_databases", "DatabaseList")
    entries = {Database(account, one["Name"]): _database(one) for one in found}
    return {
        key: entry
        for key, entry in entries.items()
        if key.name in names or (entry.target is not None and entry.target.name in names)
    }


def tables(accounts: Accounts, account: str, within: Mapping[Database, DatabaseEntry]) -> dict[Table, TableEntry]:
    """The tables, views and links of the databases, but not what lies behind a link to a database."""
    return {
        Table(account, database.name, one["Name"]): _table(one)
        for database, entry in within.items()
        if entry.target is None
        for one in accounts.pages(account, "glue", "get_tables", "TableList", DatabaseName=database.name)
    }


def _database(found: dict[str, Any]) -> DatabaseEntry:
    target = found.get("TargetDatabase")
    parameters = _parameters(found)
    described = found.get("Description", "")
    return DatabaseEntry(
        described, Database(target["CatalogId"], target["DatabaseName"]) if target else None, parameters
    )


def _table(found: dict[str, Any]) -> TableEntry:
    target = found.get("TargetTable")
    if target:
        pointed = Table(target["CatalogId"], target["DatabaseName"], target["Name"])
        return TableEntry(kind="link", target=pointed, parameters=_parameters(found))
    stored = found.get("StorageDescriptor", {})
    columns = [*stored.get("Columns", ()), *found.get("PartitionKeys", ())]
    return TableEntry(
        columns=tuple(one["Name"].lower() for one in columns),
        kind="view" if found.get("TableType") == "VIRTUAL_VIEW" else "table",
        location=stored.get("Location", ""),
        definition=definition_of(found) if found.get("TableType") == "VIRTUAL_VIEW" else "",
        parameters=_parameters(found),
        types=tuple(one.get("Type", "") for one in columns),
        partition_keys=len(found.get("PartitionKeys", ())),
    )


def _parameters(found: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    stated = found.get("Parameters") or {}
    return tuple(sorted((name, value) for name, value in stated.items() if name.startswith(OURS)))
