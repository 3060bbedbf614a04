"""The grants that an account's Lake Formation holds: to whom, on what, which rights, and which of them to hand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.lakeformation.resources import Place

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Call

EVERYBODY = "IAM_ALLOWED_PRINCIPALS"  # the group of all whom IAM lets use the catalogue
CLOSED = "lakeformation.closed"  # a record of the catalogues where that group may create databases no more
COLUMNS = "principal, owner, kind, base, name, detail, permissions, grantable, updated, updater"


@dataclass(frozen=True)
class Grant:
    """What a principal has on a resource."""

    principal: str
    place: Place
    permissions: frozenset[str]
    grantable: frozenset[str] = frozenset()
    updated: float = 0.0
    updater: str = ""

    def has(self, right: str) -> bool:
        """Whether the grant contains the right, as such or as one of all."""
        return right in self.permissions or "ALL" in self.permissions

    def may_give(self, right: str) -> bool:
        """Whether the right may be handed on."""
        return right in self.grantable or "ALL" in self.grantable


def get(call: Call, catalog: str, principal: str, place: Place) -> Grant | None:
    """The grant to `principal` on exactly this resource that the account of `catalog` has given, or None."""
    row = call.sql.execute(
        f"SELECT {COLUMNS} FROM grants WHERE catalog = ? AND principal = ? AND owner = ? AND kind = ? AND base = ?"
        " AND name = ? AND detail = ?",
        (catalog, principal, place.owner, place.kind, place.base, place.name, place.detail),
    ).fetchone()
    if row is None:
        return initial(call, catalog) if (principal, place) == (EVERYBODY, Place(catalog, "catalog")) else None
    return read(row)


def initial(call: Call, catalog: str) -> Grant | None:
    """What everybody may do in a new account: create databases, until somebody takes that away.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
    """
    if records.get(call, CLOSED, "catalog", catalog) is not None:
        return None
    return Grant(EVERYBODY, Place(catalog, "catalog"), frozenset({"CREATE_DATABASE"}))


def put(call: Call, catalog: str, grant: Grant) -> None:
    """The principal has exactly this on the resource; nothing is kept of a grant without permissions."""
    place = grant.place
    where = (catalog, grant.principal, place.owner, place.kind, place.base, place.name, place.detail)
    if grant.principal == EVERYBODY and place.kind == "catalog":
        records.put(call, CLOSED, "catalog", {}, catalog)
    if not grant.permissions:
        call.sql.execute(
            "DELETE FROM grants WHERE catalog = ? AND principal = ? AND owner = ? AND kind = ? AND base = ?"
            " AND name = ? AND detail = ?",
            where,
        )
        return
    texts = (" ".join(sorted(grant.permissions)), " ".join(sorted(grant.grantable)))
    call.sql.execute(
        "INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*where, *texts, call.now, call.caller),
    )


def given(call: Call, catalog: str, principals: Iterable[str], owner: str, *kinds: str) -> list[Grant]:
    """What the account of `catalog` has given these principals on things of these kinds that `owner` has."""
    return list(_found(call, catalog, principals, owner, [(kind, "", ()) for kind in kinds]))


def on_table(call: Call, catalog: str, principals: Iterable[str], owner: str, base: str, name: str) -> Iterator[Grant]:
    """What it has given them on the table, its columns and filters, on all tables of the database, and by tag."""
    its = [(kind, " AND base = ? AND name = ?", (base, name)) for kind in ("table", "columns", "filter")]
    wider = [("tables", " AND base = ?", (base,)), ("policy", " AND base = 'TABLE'", ())]
    return _found(call, catalog, principals, owner, [*its, *wider])


def on_database(call: Call, catalog: str, principals: Iterable[str], owner: str, base: str) -> Iterator[Grant]:
    """What it has given them on the database as such, and by tag."""
    return _found(call, catalog, principals, owner, [("database", " AND base = ?", (base,)), ("policy", "", ())])


def within(call: Call, catalog: str, principals: Iterable[str], owner: str, base: str) -> Iterator[Grant]:
    """What it has given them on tables of the database, one after the other."""
    kinds = ("tables", "table", "columns", "filter")
    return _found(call, catalog, principals, owner, [(kind, " AND base = ?", (base,)) for kind in kinds])


def on(call: Call, owner: str, kinds: Iterable[str], base: str, name: str | None = None) -> Iterator[tuple[str, Grant]]:
    """Each grant on the database, or on what is of the table `name`, with the catalogue of the account that gave it."""
    for kind in kinds:
        sql = f"SELECT catalog, {COLUMNS} FROM grants WHERE owner = ? AND kind = ? AND base = ?"
        rows = call.sql.execute(
            sql + ("" if name is None else " AND name = ?"), (owner, kind, base, *([] if name is None else [name]))
        ).fetchall()
        for catalog, *row in rows:
            yield catalog, read(row)


def by_tag(call: Call, catalog: str) -> list[Grant]:
    """What the account has given on its own tags, on saved expressions and by tag."""
    rows = call.sql.execute(
        f"SELECT {COLUMNS} FROM grants WHERE catalog = ? AND owner = ? AND kind IN ('tag', 'expression', 'policy')",
        (catalog, catalog),
    )
    return [read(row) for row in rows]


def drop(call: Call, catalog: str, grant: Grant) -> None:
    """The grant is gone."""
    put(call, catalog, Grant(grant.principal, grant.place, frozenset()))


def _found(
    call: Call, catalog: str, principals: Iterable[str], owner: str, where: list[tuple[str, str, tuple[str, ...]]]
) -> Iterator[Grant]:
    for principal in principals:
        for kind, condition, values in where:
            rows = call.sql.execute(
                f"SELECT {COLUMNS} FROM grants WHERE catalog = ? AND principal = ? AND owner = ? AND kind = ?"
                + condition,
                (catalog, principal, owner, kind, *values),
            )
            yield from (read(row) for row in rows)


def read(row: Iterable[object]) -> Grant:
    """The grant in a row of `COLUMNS`."""
    principal, owner, kind, base, name, detail, permissions, grantable, updated, updater = row
    return Grant(
        str(principal),
        Place(str(owner), str(kind), str(base), str(name), str(detail)),
        frozenset(str(permissions).split()),
        frozenset(str(grantable).split()),
        float(str(updated)),
        str(updater),
    )
