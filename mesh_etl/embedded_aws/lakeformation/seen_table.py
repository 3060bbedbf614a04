"""One table as Lake Formation looks at it: what grants by name, by tag and by filter give of it.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/how-TBAC-works.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.lakeformation import callers, grants, inheritance
from mesh_etl.embedded_aws.lakeformation.resources import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesh_etl.embedded_aws.lakeformation.grants import Grant
    from mesh_etl.embedded_aws.lakeformation.inheritance import Tagged, Tags
    from mesh_etl.embedded_aws.operations import Body, Call

EXPRESSION, FILTER = "lakeformation.expression", "lakeformation.filter"
OF_TABLE = frozenset({"ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"})


@dataclass(frozen=True)
class Held:
    """Rights on a table as a whole, and the columns of it that may be selected.

    SELECT is among `permissions` only where it is for all columns, those to come included.
    """

    permissions: frozenset[str] = frozenset()
    select: frozenset[str] = frozenset()

    def on_whole(self, right: str) -> bool:
        """Whether the right is there on the table as such; whoever has any right may describe the table."""
        return right in self.permissions or (right == "DESCRIBE" and bool(self.permissions))

    def __or__(self, other: Held) -> Held:
        return Held(self.permissions | other.permissions, self.select | other.select)

    def __and__(self, other: Held) -> Held:
        return Held(self.permissions & other.permissions, self.select & other.select)


NOTHING = Held()


class Seen:
    """One table as it is looked at: its columns and their tags are read once, whoever's grants are asked for."""

    def __init__(self, call: Call, catalog: str, base: str, name: str, *, all_rows: bool = False) -> None:
        self.call, self.catalog, self.base, self.name = call, catalog, base, name
        self.all_rows = all_rows  # what a filter shows of some rows alone counts for nothing then
        self._columns: frozenset[str] | None = None
        self._tagged: Tagged | None = None
        self._alike: list[tuple[Tags, frozenset[str]]] | None = None
        self._received: dict[Place, bool] = {}

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns and of the partition keys."""
        if self._columns is None:
            self._columns = columns_of(self.call, self.catalog, self.base, self.name)
        return self._columns

    @property
    def tagged(self) -> Tagged:
        """The tags of the table and its columns."""
        if self._tagged is None:
            self._tagged = inheritance.tagged(self.call, self.catalog, self.base, self.name)
        return self._tagged

    @property
    def alike(self) -> list[tuple[Tags, frozenset[str]]]:
        """The columns that have the same tags, with these."""
        if self._alike is None:
            found: dict[tuple[tuple[str, str], ...], set[str]] = {}
            for name in self.columns:
                found.setdefault(tuple(sorted(self.tagged.on_column(name).items())), set()).add(name)
            self._alike = [(dict(tags), frozenset(names)) for tags, names in found.items()]
        return self._alike

    def counts(self, written: str, grant: Grant) -> bool:
        """Whether a share that the grant may need is joined; an account's own grants need none."""
        if written != self.catalog:
            return True
        around = Place(self.catalog, grant.place.kind, grant.place.base, grant.place.name)
        if around not in self._received:
            self._received[around] = callers.received(self.call, grant)
        return self._received[around]

    def held(self, written: str, to: list[str], to_give: bool) -> Held:
        """What the account of `written` gave to any of these principals on the table."""
        permissions: set[str] = set()
        select: set[str] = set()
        for grant in grants.on_table(self.call, written, to, self.catalog, self.base, self.name):
            rights = grant.grantable if to_give else grant.permissions
            if not rights or not self.counts(written, grant):
                continue
            rights = OF_TABLE if "ALL" in rights else rights
            if grant.place.kind in ("table", "tables"):
                permissions |= rights
            elif grant.place.kind == "policy":
                self._by_tag(grant.place, rights, permissions, select)
            elif "SELECT" in rights:
                select |= self._some(grant.place)
        if "SELECT" in permissions:
            select = set(self.columns)
        return Held(frozenset(permissions), frozenset(select))

    def _by_tag(self, policy: Place, rights: frozenset[str], permissions: set[str], select: set[str]) -> None:
        """Rights on the table where its own tags match; columns where theirs do, which may be other values."""
        wanted = expression(self.call, policy)
        if inheritance.matches(wanted, self.tagged.on_table()):
            permissions |= rights - {"ALL", "SELECT"}
        if "SELECT" in rights:
            for tags, columns in self.alike:
                if inheritance.matches(wanted, tags):
                    select |= columns

    def _some(self, place: Place) -> frozenset[str]:
        if place.kind == "columns":
            return self.columns - place.excluded if place.included is None else self.columns & place.included
        found = records.get(self.call, FILTER, f"{place.base}/{place.name}/{place.detail}", self.catalog)
        if found is None or (self.all_rows and found["RowFilter"].get("FilterExpression")):
            return frozenset()
        return self.columns & shown_by(found) if found.get("ColumnNames") else self.columns - hidden_by(found)


def expression(call: Call, policy: Place) -> Mapping[str, Iterable[str]]:
    """The tag expression of a policy; one that is saved is looked up, and matches nothing when it is gone."""
    if not policy.saved:
        return policy.expression
    return dict((records.get(call, EXPRESSION, policy.saved, policy.owner) or {}).get("expression", {}))


def shown_by(cells: Body) -> frozenset[str]:
    """The columns that a data cells filter names; empty where it shows all but some."""
    return frozenset(name.lower().partition(".")[0] for name in cells.get("ColumnNames", ()))


def hidden_by(cells: Body) -> frozenset[str]:
    """The columns that a data cells filter leaves out of all."""
    return frozenset(name.lower() for name in cells.get("ColumnWildcard", {}).get("ExcludedColumnNames", ()))


def columns_of(call: Call, catalog: str, base: str, name: str) -> frozenset[str]:
    """The names of the table's columns and partition keys; none where there is no such table."""
    body = _body(call, catalog, base, name)
    columns = [*body.get("StorageDescriptor", {}).get("Columns", ()), *body.get("PartitionKeys", ())]
    return frozenset(column["Name"].lower() for column in columns)


def location_of(call: Call, catalog: str, base: str, name: str) -> str:
    """The place of the table's data; empty where it has none."""
    return str(_body(call, catalog, base, name).get("StorageDescriptor", {}).get("Location", ""))


def _body(call: Call, catalog: str, base: str, name: str) -> Body:
    row = call.sql.execute(
        "SELECT body FROM tables WHERE catalog = ? AND base = ? AND name = ?", (catalog, base, name)
    ).fetchone()
    found: Body = json.loads(row[0]) if row else {}
    return found
