"""Databases of the catalogue, and resource links to databases of others.

Source for links: https://docs.aws.amazon.com/lake-formation/latest/dg/resource-links-glue-apis.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, exists, invalid, missing
from mesh_etl.embedded_aws.glue import access
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen
from mesh_etl.embedded_aws.ram import shares

MOST = 100
TO_A_LINK = "A resource link cannot point to a resource link."
OWNED = ("tables", "archive", "partitions", "indexes")


@dataclass(frozen=True)
class Database:
    """A stored database, or a link to one; `catalog` is the owner as account/region."""

    catalog: str
    name: str
    body: Body
    created: float

    @property
    def target(self) -> tuple[str, str] | None:
        """The catalogue and the name of the database that the link points to; None for what is no link."""
        found = self.body.get("TargetDatabase")
        return found and (f"{found['CatalogId']}/{found['Region']}", found["DatabaseName"])

    def shown(self) -> Body:
        """The database as the catalogue's answers show it."""
        return {**self.body, "CreateTime": self.created, "CatalogId": self.catalog.partition("/")[0]}


def stored(call: Call, name: str, catalog: str | None = None) -> Database | None:
    """The database or link, or None; `catalog` is the call's own by default."""
    row = call.sql.execute(
        "SELECT catalog, name, body, created FROM databases WHERE catalog = ? AND name = ?",
        (catalog or call.catalog, name),
    ).fetchone()
    return Database(row[0], row[1], json.loads(row[2]), row[3]) if row else None


def require(call: Call, name: str) -> Database:
    """The database or link of that name in the call's catalogue; refused when there is none."""
    found = stored(call, name)
    if found is None:
        access.refuse_outsiders(call, name)
        raise missing(f"Database {name}")
    return found


def followed(call: Call, name: str) -> Database:
    """The database, or what the link of that name points to, for which one needs DESCRIBE on the link."""
    found = require(call, name)
    if found.target is None:
        return found
    access.refuse_unless(call, "DESCRIBE", name)
    catalog, name = found.target
    target = require(call.within(catalog), name)
    if target.target is not None:  # it was made after the link
        raise invalid(TO_A_LINK)
    return target


@operation("glue.CreateDatabase", "DatabaseInput", writes=True)
def create_database(call: Call) -> Body:
    """The database or the link is there."""
    access.refuse_unless(call, "CREATE_DATABASE")
    name, body = _taken(call)
    row = (call.catalog, name, json.dumps(body), call.now)
    if not call.sql.execute("INSERT OR IGNORE INTO databases VALUES (?, ?, ?, ?)", row).rowcount:
        raise exists("Database")
    access.made(call, name)
    return {}


@operation("glue.UpdateDatabase", "Name", "DatabaseInput", writes=True)
def update_database(call: Call) -> Body:
    """The database, or the one that the link points to, has the new description, location and parameters."""
    found = followed(call, call.folded("Name"))
    renamed, body = _taken(call)
    if renamed != call.folded("Name"):
        raise NotImplementedByEmbeddedAws(what="glue.UpdateDatabase with another name")
    if "TargetDatabase" in body:
        raise invalid("A resource link cannot be pointed to another database.")
    access.refuse_unless(call.within(found.catalog), "ALTER", found.name)
    call.sql.execute(
        "UPDATE databases SET body = ? WHERE catalog = ? AND name = ?",
        (json.dumps({**body, "Name": found.name}), found.catalog, found.name),
    )
    return {}


@operation("glue.DeleteDatabase", "Name", writes=True)
def delete_database(call: Call) -> Body:
    """The database, its tables and their partitions are gone; of a link, the link alone."""
    name = call.folded("Name")
    require(call, name)
    access.refuse_unless(call, "DROP", name)
    for owned in OWNED:
        call.sql.execute(f"DELETE FROM {owned} WHERE catalog = ? AND base = ?", (call.catalog, name))
    call.sql.execute("DELETE FROM databases WHERE catalog = ? AND name = ?", (call.catalog, name))
    access.gone(call, name)
    return {}


@operation("glue.GetDatabase", "Name")
def get_database(call: Call) -> Body:
    """The database; of a link the target's properties, or its own where the caller may not see the target."""
    found = require(call, call.folded("Name"))
    access.refuse_unless(call, "DESCRIBE", found.name)
    return {"Database": _seen_through(call, found)}


@operation("glue.GetDatabases", "NextToken", "MaxResults", "ResourceShareType")
def get_databases(call: Call) -> Body:
    """The databases that the caller may see, by name, in pages of at most 100.

    `ResourceShareType` FOREIGN asks for those that other accounts share with the caller's, ALL for both.
    """
    kind = call.get("ResourceShareType", "OWN")
    if kind == "FEDERATED":
        raise NotImplementedByEmbeddedAws(what="glue.GetDatabases of federated databases")
    catalogs = [] if kind == "FOREIGN" else [call.catalog]
    if kind != "OWN":
        catalogs += sorted({f"{body['owner']}/{call.region}" for body in shares.received(call)})
    after, most = seen(call), min(call.get("MaxResults", MOST), MOST)
    shown: list[tuple[str, Body]] = []
    for key, found in _all(call, catalogs):
        if key > after and access.allowed(call.within(found.catalog), "DESCRIBE", found.name):
            shown.append((key, _seen_through(call, found)))
        if len(shown) > most:
            break
    found_page, more = page(call, shown, MOST)
    return {"DatabaseList": found_page, **more}


def _all(call: Call, catalogs: list[str]) -> Iterator[tuple[str, Database]]:
    """The databases of the catalogues by their names, under keys that are in the same order."""
    marks = ", ".join("?" for _ in catalogs)
    rows = call.sql.execute(
        f"SELECT catalog, name, body, created FROM databases WHERE catalog IN ({marks}) ORDER BY name, catalog",
        catalogs,
    )
    for catalog, name, body, created in rows.fetchall():
        yield f"{name}\0{catalog}", Database(catalog, name, json.loads(body), created)


def name_of(body: Body) -> str:
    """The name that a request gives to a database or table, in lower case.

    Not documented; chosen: a slash is refused, since the ARNs of two things in different databases could be the same.
    """
    if "/" in body["Name"]:
        raise invalid("A name cannot have a slash.")
    return str(body["Name"]).lower()


def _seen_through(call: Call, found: Database) -> Body:
    if found.target is None:
        return found.shown()
    catalog, name = found.target
    beyond = stored(call, name, catalog)
    if beyond is None or not access.allowed(call.within(catalog), "DESCRIBE", name):
        return found.shown()
    return {**beyond.shown(), **found.shown()}


def _taken(call: Call) -> tuple[str, Body]:
    body = dict(call["DatabaseInput"])
    if "FederatedDatabase" in body:
        raise NotImplementedByEmbeddedAws(what="glue databases with FederatedDatabase")
    body["Name"] = name_of(body)
    if "TargetDatabase" in body:
        given = body["TargetDatabase"]
        if "DatabaseName" not in given:
            raise invalid("TargetDatabase needs a DatabaseName.")
        target = {"CatalogId": call.account, "Region": call.region, **given}
        body["TargetDatabase"] = {**target, "DatabaseName": target["DatabaseName"].lower()}
        beyond = stored(call, body["TargetDatabase"]["DatabaseName"], f"{target['CatalogId']}/{target['Region']}")
        if beyond is not None and beyond.target is not None:
            raise invalid(TO_A_LINK)
    return body["Name"], body
