"""Tables of the catalogue: stored as given, checked for sense, versioned by every update."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from mesh_etl.embedded_aws.answers import Refusal, exists, invalid, missing
from mesh_etl.embedded_aws.glue import access, databases
from mesh_etl.embedded_aws.glue.inputs import keys, taken
from mesh_etl.embedded_aws.glue.stored import Table, presented, require, shown_with, stored
from mesh_etl.embedded_aws.glue.views import check_texts, updated
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

MOST = 100


@operation("glue.CreateTable", "DatabaseName", "TableInput", writes=True)
def create_table(call: Call) -> Body:
    """The table or the link is there, with version 0; through the link to a database, in the one it points to."""
    asked = call.folded("DatabaseName")
    base = databases.followed(call, asked)
    owner = call.within(base.catalog)
    access.refuse_unless(owner, "CREATE_TABLE", base.name)
    body = taken(call)
    if "TargetTable" in body and (base.name != asked or owner is not call):
        raise invalid("A table resource link cannot be created through a database resource link.")
    if "ViewDefinition" in body:
        check_texts(body)
    access.refuse_unless_located(owner, body.get("StorageDescriptor", {}).get("Location"))
    row = (base.catalog, base.name, body["Name"], json.dumps(body), 0, call.now, call.now)
    if not call.sql.execute("INSERT OR IGNORE INTO tables VALUES (?, ?, ?, ?, ?, ?, ?)", row).rowcount:
        raise exists("Table")
    access.made(owner, base.name, body["Name"])
    return {}


@operation(
    "glue.UpdateTable",
    "DatabaseName", "Name", "TableInput", "VersionId", "SkipArchive", "ViewUpdateAction", "Force",
    writes=True,
)  # fmt: skip
def update_table(call: Call) -> Body:
    """The table is what was given, in full, under the next version; the one before is archived unless told not to.

    Refused as a concurrent modification when `VersionId` is given and is not the current version. A link is followed,
    and stays what it is. With `ViewUpdateAction` the dialects of a view that are not given stay.
    """
    if "TableInput" not in call.parameters:
        raise invalid("TableInput is required.")
    body = taken(call)
    if call.get("Name", body["Name"]).lower() != body["Name"]:
        raise invalid("A table cannot be renamed.")
    old = require(call, call.folded("DatabaseName"), body["Name"], "ALTER")
    if "TargetTable" in body:
        raise invalid("A resource link cannot be pointed to another table.")
    if call.get("VersionId", str(old.version)) != str(old.version):
        raise Refusal("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
    body["Name"] = old.name
    if "ViewUpdateAction" in call.parameters:
        body = updated(old.body, body, call["ViewUpdateAction"], call.get("Force", False))
    if keys(body) != keys(old.body) and _has_partitions(call, old.place):
        raise invalid("Partition keys of a table that has partitions cannot be changed.")
    if "ViewDefinition" in body:
        check_texts(body)
    access.refuse_unless_located(call.within(old.catalog), body.get("StorageDescriptor", {}).get("Location"))
    if not call.get("SkipArchive", False):
        row = (*old.place, old.version, json.dumps(old.body), old.created, old.updated)
        call.sql.execute("INSERT INTO archive VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    call.sql.execute(
        "UPDATE tables SET body = ?, version = ?, updated = ? WHERE catalog = ? AND base = ? AND name = ?",
        (json.dumps(body), old.version + 1, call.now, *old.place),
    )
    return {}


@operation("glue.DeleteTable", "DatabaseName", "Name", writes=True)
def delete_table(call: Call) -> Body:
    """The table, its versions and its partitions are gone; of a link, the link alone."""
    base = databases.followed(call, call.folded("DatabaseName"))
    owner, name = call.within(base.catalog), call.folded("Name")
    table = stored(owner, base.name, name)
    if table is None:
        access.refuse_outsiders(owner, base.name, name)
        raise missing(f"Table {name}")
    access.refuse_unless(owner, "DROP", base.name, name)
    for owned in databases.OWNED:
        call.sql.execute(f"DELETE FROM {owned} WHERE catalog = ? AND base = ? AND name = ?", table.place)
    access.gone(owner, base.name, name)
    return {}


@operation("glue.GetTable", "DatabaseName", "Name")
def get_table(call: Call) -> Body:
    """The table as it is now; of a link, what it points to, under the link's name."""
    table = require(call, call.folded("DatabaseName"), call.folded("Name"), doubly=True)
    return {"Table": presented(call, table)}


@operation("glue.GetTables", "DatabaseName", "Expression", "NextToken", "MaxResults", "AttributesToGet")
def get_tables(call: Call) -> Body:
    """The tables of a database that the caller may see, by name, in pages of at most 100.

    `Expression` is a pattern that names must match. Links in a database of the caller's own are followed.
    """
    base = databases.followed(call, call.folded("DatabaseName"))
    access.refuse_outsiders(call.within(base.catalog), base.name)
    try:
        wanted = re.compile(call.get("Expression") or ".*")
    except re.error as error:
        raise invalid("Expression is not a pattern.") from error
    most = min(call.get("MaxResults", MOST), MOST)
    shown = list(islice(_visible(call, base, wanted), most + 1))
    if "NAME" in call.get("AttributesToGet", ()):
        shown = [(name, {key: body[key] for key in ("Name", "DatabaseName", "CatalogId")}) for name, body in shown]
    found, more = page(call, shown, MOST)
    return {"TableList": found, **more}


def _visible(call: Call, base: databases.Database, wanted: re.Pattern[str]) -> Iterator[tuple[str, Body]]:
    owner = call.within(base.catalog)
    rows = call.sql.execute(
        "SELECT name, body, version, created, updated FROM tables"
        " WHERE catalog = ? AND base = ? AND name > ? ORDER BY name",
        (base.catalog, base.name, seen(call)),
    )
    for name, body, *rest in rows:
        if not wanted.fullmatch(name):
            continue
        columns = access.columns(owner, base.name, name)
        if columns == set():
            continue
        table = Table(base.catalog, base.name, name, json.loads(body), *rest)
        there = table.followed(call) if owner is call else table
        yield name, presented(call, there) if there.link else shown_with(call, table, columns)


def _has_partitions(call: Call, place: tuple[str, str, str]) -> bool:
    found = call.sql.execute("SELECT 1 FROM partitions WHERE catalog = ? AND base = ? AND name = ? LIMIT 1", place)
    return found.fetchone() is not None
