"""Things that a service keeps by name: tags, grants, shares and the like, each a JSON body in the embedded store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call


def get(call: Call, kind: str, name: str, catalog: str | None = None) -> Body | None:
    """The record of that name, or None; `catalog`, as account/region, is the call's own by default."""
    row = call.sql.execute(
        "SELECT body FROM records WHERE catalog = ? AND kind = ? AND name = ?", (catalog or call.catalog, kind, name)
    ).fetchone()
    return json.loads(row[0]) if row else None


def put(call: Call, kind: str, name: str, body: Body, catalog: str | None = None) -> None:
    """The record is there and is `body`."""
    call.sql.execute(
        "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (catalog, kind, name) DO UPDATE SET body = excluded.body, updated = excluded.updated",
        (catalog or call.catalog, kind, name, json.dumps(body), call.now, call.now),
    )


def drop(call: Call, kind: str, name: str, catalog: str | None = None) -> bool:
    """The record is gone; whether it was there."""
    gone = call.sql.execute(
        "DELETE FROM records WHERE catalog = ? AND kind = ? AND name = ?", (catalog or call.catalog, kind, name)
    )
    return gone.rowcount > 0


def named(call: Call, kind: str, prefix: str = "", catalog: str | None = None) -> Iterator[tuple[str, Body]]:
    """The records of a kind by name, those alone whose names start with `prefix`."""
    rows = call.sql.execute(
        "SELECT name, body FROM records WHERE catalog = ? AND kind = ? AND name >= ? AND name < ? ORDER BY name",
        (catalog or call.catalog, kind, prefix, prefix + "\U0010ffff"),
    ).fetchall()
    for name, body in rows:
        yield name, json.loads(body)
