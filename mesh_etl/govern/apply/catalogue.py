"""Databases, tables, views and resource links are made, changed and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mesh_etl.govern.accounts import ATTEMPTS
from mesh_etl.govern.apply.lake import GONE, THERE
from mesh_etl.govern.state import Database, Table, TableEntry
from mesh_etl.views.table_input import table_input
from mesh_etl.worlds.table_input import TABLE_INPUT

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts
    from mesh_etl.govern.difference import Change

Inputs = Callable[[Table], "dict[str, Any] | None"]
OVERTAKEN = ("ConcurrentModificationException",)


def database(accounts: Accounts, change: Change) -> None:
    """The database or the link is as asked for; a database keeps its place, and gives new tables to nobody."""
    key: Database = change.key
    if change.after is None:
        accounts.call(change.account, "glue", "delete_database", GONE, Name=key.name)
        return
    wanted = change.after
    body: dict[str, Any] = {"Name": key.name}
    if wanted.target is not None:
        region = accounts.region(wanted.target.catalog)
        target = {"CatalogId": wanted.target.catalog, "DatabaseName": wanted.target.name, "Region": region}
        accounts.call(
            change.account, "glue", "create_database", THERE, DatabaseInput={**body, "TargetDatabase": target}
        )
        return
    told = {"Description": wanted.description} if wanted.description else {}
    body |= {**told, "Parameters": dict(wanted.parameters)}
    if change.before is None:
        closed = {**body, "CreateTableDefaultPermissions": []}
        accounts.call(change.account, "glue", "create_database", THERE, DatabaseInput=closed)
        return
    found = accounts.call(change.account, "glue", "get_database", Name=key.name)["Database"]
    kept = {name: found[name] for name in ("Description", "LocationUri") if found.get(name)}
    parameters = {**found.get("Parameters", {}), **body["Parameters"]}
    body = {**kept, **body, "Parameters": parameters, "CreateTableDefaultPermissions": []}
    accounts.call(change.account, "glue", "update_database", Name=key.name, DatabaseInput=body)


def table(accounts: Accounts, change: Change, inputs: Inputs) -> None:
    """The table, view or link is as asked for; one that has changed since it was read is read again.

    `inputs` has the TableInput of a product's entry as its first publish will find it right; None for others.
    """
    key: Table = change.key
    if change.after is None:
        named = {"DatabaseName": key.database, "Name": key.name}
        accounts.call(change.account, "glue", "delete_table", GONE, **named)
        return
    if change.before is None:
        asked = {"DatabaseName": key.database, "TableInput": _input(accounts, key, change.after, inputs)}
        accounts.call(change.account, "glue", "create_table", THERE, **asked)
        return
    for _ in range(ATTEMPTS):
        found = accounts.call(change.account, "glue", "get_table", DatabaseName=key.database, Name=key.name)["Table"]
        if change.before.columns == change.after.columns and change.after.kind == "table":  # whose it is, and no more
            body = {name: found[name] for name in TABLE_INPUT if name in found}
            body["Parameters"] = dict(change.after.parameters)
        else:
            body = _input(accounts, key, change.after, inputs)
        kept = {**found.get("Parameters", {}), **body.get("Parameters", {})}
        asked = {"DatabaseName": key.database, "TableInput": {**body, "Parameters": kept}}
        answer = accounts.call(change.account, "glue", "update_table", OVERTAKEN, **asked, VersionId=found["VersionId"])
        if answer is not None:
            return
    raise accounts.error(change.account, "glue", "update_table", *OVERTAKEN)


def _input(accounts: Accounts, key: Table, entry: TableEntry, inputs: Inputs) -> dict[str, Any]:
    if entry.kind == "link" and entry.target is not None:
        to = entry.target
        target = {"CatalogId": to.catalog, "DatabaseName": to.database, "Name": to.name}
        return {"Name": key.name, "TargetTable": {**target, "Region": accounts.region(to.catalog)}}
    if entry.kind == "view":
        return table_input(key, entry, accounts.region(key.catalog), entry.description, dict(entry.comments))
    return inputs(key) or plain_input(key, entry)


def plain_input(key: Table, entry: TableEntry) -> dict[str, Any]:
    """The TableInput of an entry that nothing is known about but what the state says."""
    columns = [{"Name": name, "Type": kind} for name, kind in zip(entry.columns, entry.types, strict=True)]
    keys = len(columns) - entry.partition_keys
    return {
        "Name": key.name,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": columns[keys:],
        "StorageDescriptor": {"Columns": columns[:keys], **({"Location": entry.location} if entry.location else {})},
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet", **dict(entry.parameters)},
    }
