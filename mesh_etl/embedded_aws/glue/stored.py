"""A table as it is stored, and the way to it: in the call's catalogue, or by a resource link in another one.

Source for links: https://docs.aws.amazon.com/lake-formation/latest/dg/resource-links-glue-apis.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from mesh_etl.embedded_aws.answers import invalid, missing
from mesh_etl.embedded_aws.glue import access, databases
from mesh_etl.embedded_aws.operations import Body, Call

SERVICE = ("Name", "DatabaseName", "CatalogId", "TargetTable")


@dataclass(frozen=True)
class Table:
    """A stored table: where it is, what was given for it, its version, and the link that led to it."""

    catalog: str
    base: str
    name: str
    body: Body
    version: int
    created: float
    updated: float
    link: Table | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Its key in the store: the catalogue, the database and the name."""
        return self.catalog, self.base, self.name

    @property
    def target(self) -> tuple[str, str, str] | None:
        """The key of the table that this link points to; None for what is no link."""
        found = self.body.get("TargetTable")
        return found and (f"{found['CatalogId']}/{found['Region']}", found["DatabaseName"], found["Name"])

    def followed(self, call: Call) -> Table:
        """What the link points to, where the caller may see it, and the link or the table itself otherwise."""
        if self.target is None:
            return self
        catalog, base, name = self.target
        found = stored(call.within(catalog), base, name)
        if found is None or found.target or not access.allowed(call.within(catalog), "DESCRIBE", base, name):
            return self
        return replace(found, link=self)

    def shown(self) -> Body:
        """The table as the catalogue's answers show it; by a link, under the names of the link."""
        times = {"CreateTime": self.created, "UpdateTime": self.updated}
        service = {"DatabaseName": self.base, "CatalogId": self.catalog.partition("/")[0], **times}
        body = {"Retention": 0, **self.body, **service, "VersionId": str(self.version)}
        if "ViewDefinition" in body:
            body["IsMultiDialectView"] = True
        if self.link is not None:
            shown = self.link.shown()
            body.update({name: shown[name] for name in SERVICE})
        return body


def presented(call: Call, table: Table) -> Body:
    """The table as the caller gets to see it."""
    return shown_with(call, table, access.columns(call.within(table.catalog), table.base, table.name))


def shown_with(call: Call, table: Table, columns: set[str] | None) -> Body:
    """The table with these columns alone, or with all of them."""
    location = table.body.get("StorageDescriptor", {}).get("Location")
    registered = access.registered(call.within(table.catalog), location)
    return {**access.narrowed(table.shown(), columns), "IsRegisteredWithLakeFormation": registered}


def stored(call: Call, base: str, name: str) -> Table | None:
    """The table or link of the call's catalogue, or None."""
    row = call.sql.execute(
        "SELECT body, version, created, updated FROM tables WHERE catalog = ? AND base = ? AND name = ?",
        (call.catalog, base, name),
    ).fetchone()
    return Table(call.catalog, base, name, json.loads(row[0]), *row[1:]) if row else None


def require(
    call: Call, base: str, name: str, right: str = "DESCRIBE", instead: str = "", doubly: bool = False
) -> Table:
    """The table, by links where there are any; refused when it is missing or the caller has not the right.

    A link to a table behind a link to a database is refused, and with `doubly` it is the answer itself.
    """
    database = databases.followed(call, base)
    owner = call.within(database.catalog)
    found = _there(owner, database.name, name)
    if found.target is None or (owner is not call and doubly):
        access.refuse_unless(owner, right, database.name, name, instead)
        return found
    if owner is not call or database.name != base:
        raise invalid("A table resource link cannot be used through a database resource link.")
    access.refuse_unless(owner, "DESCRIBE", database.name, name)
    catalog, beyond, target = found.target
    there = _there(call.within(catalog), beyond, target)
    if there.target is not None:  # it was made after the link
        raise invalid(databases.TO_A_LINK)
    access.refuse_unless(call.within(catalog), right, beyond, target, instead)
    return replace(there, link=found)


def _there(call: Call, base: str, name: str) -> Table:
    found = stored(call, base, name)
    if found is None:
        access.refuse_outsiders(call, base, name)
        databases.require(call, base)
        raise missing(f"Table {name}")
    return found
