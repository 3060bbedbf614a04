"""`mesh-etl access matrix`: who can see how much of which product."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.access.options import Live, opened
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.govern.evaluate.matrix import Square
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess


class Format(StrEnum):
    """How the matrix is written."""

    table = "table"
    csv = "csv"
    json = "json"


FIELDS = ("principal", "product", "verdict", "columns", "of", "masked", "guarded", "filtered", "rights")


def matrix(
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="DOMAIN", help="Products of this one alone.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.table,
    live: Live = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show who can see how much of which product.

    Columns are counted; those that are classified as personal, confidential or the like and shown as they are, are
    named. The table leaves out pairs where nothing is seen; CSV and JSON have them all."""
    from mesh_etl.cli import screen
    from mesh_etl.govern.evaluate.matrix import matrix as squares

    mesh = opened(root, env, live)
    products = mesh.tables(domain)
    found = squares(mesh.evaluator, mesh.people(), list(products.values()), mesh.classes)
    if as_json or format_ is Format.json:
        screen.document([_plain(mesh, one) for one in found])
    elif format_ is Format.csv:
        _as_csv(_plain(mesh, one) for one in found)
    else:
        _as_table(mesh, found)


def _plain(mesh: MeshAccess, one: Square) -> dict[str, Any]:
    return {
        "principal": mesh.names.principal(one.principal),
        "product": mesh.names.table(one.table),
        "verdict": one.verdict,
        "columns": one.shown,
        "of": one.of,
        "masked": one.masked,
        "guarded": list(one.guarded),
        "filtered": one.filtered,
        "rights": sorted(one.rights),
    }


def _as_csv(rows: Iterable[dict[str, Any]]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in rows:
        writer.writerow(" ".join(row[name]) if isinstance(row[name], list) else row[name] for name in FIELDS)


def _as_table(mesh: MeshAccess, squares: Iterable[Square]) -> None:
    from mesh_etl.cli import screen
    from mesh_etl.cli.wording import count, listed

    page, rows, hidden = screen.Page(), [], 0
    for one in squares:
        if one.verdict == "denied" and not one.rights - {"DESCRIBE"}:
            hidden += 1
            continue
        columns = f"{one.shown} of {one.of}" + (f", {one.masked} masked" if one.masked else "")
        guarded = ", ".join(f"{name} ({mesh.classes[one.table][name]})" for name in one.guarded)
        rights = listed(sorted(one.rights - {"SELECT", "DESCRIBE"}))
        seen = "" if one.verdict == "denied" else "some" if one.filtered else "all"
        who, what = mesh.names.principal(one.principal), mesh.names.table(one.table)
        rows.append((who, what, columns, seen, guarded, rights))
    if not rows and not hidden:
        page.line("There is no product in the central catalogue yet; make it so: mesh-etl govern apply")
        return
    if rows:
        page.table(("principal", "product", "columns", "rows", "guarded columns", "other rights"), rows)
    page.line(f"{count(len(rows), 'pair')} above; in {count(hidden, 'other')} nothing is seen.", style="dim")
