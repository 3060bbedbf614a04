"""Tables of the catalogue: stored as given, checked for sense, versioned by every update."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, Refusal, exists, invalid, missing
from mesh_etl.embedded_aws.glue import databases
from mesh_etl.embedded_aws.glue.columns import check_columns
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

MOST = 100
NOT_STORED = ("TargetTable", "FederatedTable", "ViewDefinition")


@dataclass(frozen=True)
class Table:
    """A stored table: where it is, what was given for it, and its version."""

    base: str
    name: str
    body: Body
    version: int
    created: float
    updated: float

    def shown(self, account: str) -> Body:
        """The table as the catalogue's answers show it."""
        times = {"CreateTime": self.created, "UpdateTime": self.updated}
        service = {"DatabaseName": self.base, "CatalogId": account, "IsRegisteredWithLakeFormation": False}
        return {"Retention": 0, **self.body, **service, **times, "VersionId": str(self.version)}


def require(call: Call, base: str, name: str) -> Table:
    """The table `name` of the database `base`; refused when either is missing."""
    databases.require(call, base)
    row = call.sql.execute(
        "SELECT body, version, created, updated FROM tables WHERE catalog = ? AND base = ? AND name = ?",
        (call.catalog, base, name),
    ).fetchone()
    if row is None:
        raise missing(f"Table {name}")
    return Table(base, name, json.loads(row[0]), *row[1:])


@operation("glue.CreateTable", "DatabaseName", "TableInput", writes=True)
def create_table(call: Call) -> Body:
    """The table is there, with version 0."""
    base, body = call.folded("DatabaseName"), _taken(call)
    databases.require(call, base)
    row = (call.catalog, base, body["Name"], json.dumps(body), 0, call.now, call.now)
    if not call.sql.execute("INSERT OR IGNORE INTO tables VALUES (?, ?, ?, ?, ?, ?, ?)", row).rowcount:
        raise exists("Table")
    return {}


@operation("glue.UpdateTable", "DatabaseName", "Name", "TableInput", "VersionId", "SkipArchive", writes=True)
def update_table(call: Call) -> Body:
    """The table is what was given, in full, under the next version; the one before is archived unless told not to.

    Refused as a concurrent modification when `VersionId` is given and is not the current version.
    """
    if "TableInput" not in call.parameters:
        raise invalid("TableInput is required.")
    body = _taken(call)
    if call.get("Name", body["Name"]).lower() != body["Name"]:
        raise invalid("A table cannot be renamed.")
    old = require(call, call.folded("DatabaseName"), body["Name"])
    if call.get("VersionId", str(old.version)) != str(old.version):
        raise Refusal("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
    place = (call.catalog, old.base, old.name)
    if _keys(body) != _keys(old.body) and _has_partitions(call, place):
        raise invalid("Partition keys of a table that has partitions cannot be changed.")
    if not call.get("SkipArchive", False):
        row = (*place, old.version, json.dumps(old.body), old.created, old.updated)
        call.sql.execute("INSERT INTO archive VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    call.sql.execute(
        "UPDATE tables SET body = ?, version = ?, updated = ? WHERE catalog = ? AND base = ? AND name = ?",
        (json.dumps(body), old.version + 1, call.now, *place),
    )
    return {}


@operation("glue.DeleteTable", "DatabaseName", "Name", writes=True)
def delete_table(call: Call) -> Body:
    """The table, its versions and its partitions are gone."""
    table = require(call, call.folded("DatabaseName"), call.folded("Name"))
    for owned in databases.OWNED:
        call.sql.execute(
            f"DELETE FROM {owned} WHERE catalog = ? AND base = ? AND name = ?", (call.catalog, table.base, table.name)
        )
    return {}


@operation("glue.GetTable", "DatabaseName", "Name")
def get_table(call: Call) -> Body:
    """The table as it is now."""
    return {"Table": require(call, call.folded("DatabaseName"), call.folded("Name")).shown(call.account)}


@operation("glue.GetTables", "DatabaseName", "Expression", "NextToken", "MaxResults")
def get_tables(call: Call) -> Body:
    """The tables of a database by name, in pages of at most 100; `Expression` is a pattern that names must match."""
    base = call.folded("DatabaseName")
    databases.require(call, base)
    try:
        wanted = re.compile(call.get("Expression") or ".*")
    except re.error as error:
        raise invalid("Expression is not a pattern.") from error
    rows = call.sql.execute(
        "SELECT name, body, version, created, updated FROM tables"
        " WHERE catalog = ? AND base = ? AND name > ? ORDER BY name",
        (call.catalog, base, seen(call)),
    )
    shown = [
        (name, Table(base, name, json.loads(body), *rest).shown(call.account))
        for name, body, *rest in rows
        if wanted.fullmatch(name)
    ]
    found, more = page(call, shown, MOST)
    return {"TableList": found, **more}


def _taken(call: Call) -> Body:
    body = dict(call["TableInput"])
    for member in NOT_STORED:
        if member in body:
            raise NotImplementedByEmbeddedAws(what=f"glue tables with {member}")
    body["Name"] = body["Name"].lower()
    check_columns(body)
    return body


def _keys(body: Body) -> list[tuple[str, str]]:
    return [(key["Name"].lower(), key.get("Type", "")) for key in body.get("PartitionKeys", [])]


def _has_partitions(call: Call, place: tuple[str, str, str]) -> bool:
    found = call.sql.execute("SELECT 1 FROM partitions WHERE catalog = ? AND base = ? AND name = ? LIMIT 1", place)
    return found.fetchone() is not None
