"""`mesh-etl query`: ask the tables of the mesh in SQL."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


class Format(StrEnum):
    """How the rows are written."""

    table = "table"
    csv = "csv"
    json = "json"


def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over products: select * from sales.orders limit 5")],
    format_: Annotated[Format, typer.Option("--format", help="How the rows are written.")] = Format.table,
    as_: Annotated[
        str, typer.Option("--as", metavar="WHO", help="Whom the grants of the mesh decide for: marketing.analyst.")
    ] = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Ask the tables in SQL.

    Each product is a table; sales.orders AT (VERSION => 3) is an older version of one, by number or 'tag'. Its refused
    rows are in <domain>.<product>__quarantine, which shows raw cells, as they were delivered. With --as, what
    nothing grants to them does not exist, and each attempt is noted: mesh-etl requests audit."""
    from mesh_etl import worlds
    from mesh_etl.cli import answers
    from mesh_etl.config import Project
    from mesh_etl.govern.reading import live
    from mesh_etl.plan.ledgers import product_ledger
    from mesh_etl.query import Statement, ask
    from mesh_etl.views import Views

    project = Project.open(root, env)
    reader = live(project, worlds.open(project.env, project.root), as_, "--as") if as_ else None
    names = (*project.products(), *project.views(), *(reader.views if reader else ()))
    statement = Statement.parse(sql, names)
    with ask(statement, project, partial(product_ledger, project), Views(project), reader) as answer:
        answers.WRITERS["json" if as_json else format_.value](answer)
