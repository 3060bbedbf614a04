"""Databases of the catalogue."""

from __future__ import annotations

import json

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, exists, missing
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

MOST = 100
OWNED = ("tables", "archive", "partitions", "indexes")


def require(call: Call, name: str) -> tuple[str, float]:
    """The stored body and creation time of database `name`; refused when there is none."""
    row = call.sql.execute(
        "SELECT body, created FROM databases WHERE catalog = ? AND name = ?", (call.catalog, name)
    ).fetchone()
    if row is None:
        raise missing(f"Database {name}")
    found: tuple[str, float] = row
    return found


@operation("glue.CreateDatabase", "DatabaseInput", writes=True)
def create_database(call: Call) -> Body:
    """The database is there."""
    name, body = _taken(call)
    row = (call.catalog, name, json.dumps(body), call.now)
    if not call.sql.execute("INSERT OR IGNORE INTO databases VALUES (?, ?, ?, ?)", row).rowcount:
        raise exists("Database")
    return {}


@operation("glue.UpdateDatabase", "Name", "DatabaseInput", writes=True)
def update_database(call: Call) -> Body:
    """The database has the new description, location and parameters."""
    name = call.folded("Name")
    require(call, name)
    renamed, body = _taken(call)
    if renamed != name:
        raise NotImplementedByEmbeddedAws(what="glue.UpdateDatabase with another name")
    call.sql.execute(
        "UPDATE databases SET body = ? WHERE catalog = ? AND name = ?", (json.dumps(body), call.catalog, name)
    )
    return {}


@operation("glue.DeleteDatabase", "Name", writes=True)
def delete_database(call: Call) -> Body:
    """The database, its tables and their partitions are gone."""
    name = call.folded("Name")
    require(call, name)
    for owned in OWNED:
        call.sql.execute(f"DELETE FROM {owned} WHERE catalog = ? AND base = ?", (call.catalog, name))
    call.sql.execute("DELETE FROM databases WHERE catalog = ? AND name = ?", (call.catalog, name))
    return {}


@operation("glue.GetDatabase", "Name")
def get_database(call: Call) -> Body:
    """The database as it is stored."""
    body, created = require(call, call.folded("Name"))
    return {"Database": _shown(call, body, created)}


@operation("glue.GetDatabases", "NextToken", "MaxResults")
def get_databases(call: Call) -> Body:
    """The databases by name, in pages of at most 100."""
    rows = call.sql.execute(
        "SELECT name, body, created FROM databases WHERE catalog = ? AND name > ? ORDER BY name LIMIT ?",
        (call.catalog, seen(call), MOST + 1),
    )
    found, more = page(call, [(name, _shown(call, body, created)) for name, body, created in rows], MOST)
    return {"DatabaseList": found, **more}


def _taken(call: Call) -> tuple[str, Body]:
    body = dict(call["DatabaseInput"])
    for member in ("TargetDatabase", "FederatedDatabase"):
        if member in body:
            raise NotImplementedByEmbeddedAws(what=f"glue databases with {member}")
    body["Name"] = body["Name"].lower()
    return body["Name"], body


def _shown(call: Call, body: str, created: float) -> Body:
    return {**json.loads(body), "CreateTime": created, "CatalogId": call.account}
