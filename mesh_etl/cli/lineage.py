"""`mesh-etl lineage`: which columns a column is made of, and which are made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.lineage import Column, Lineage

_DONE = {"identity": "", "transformation": "transformed", "aggregation": "aggregated"}
_HOW = {"filter": "filtered by", "join": "joined by", "group_by": "grouped by", "sort": "chosen by"}
_DEEPEST = 50


def lineage(
    what: Annotated[str, typer.Argument(metavar="PRODUCT[.COLUMN]", help="As domain.name or domain.name.column.")],
    down: Annotated[bool, typer.Option("--down", help="What is made of it, in place of what it is made of.")] = False,
    openlineage: Annotated[
        bool, typer.Option("--openlineage", help="The product as a dataset with OpenLineage's facet of columns.")
    ] = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show which columns a column is made of, across products.

    It is read from jobs and views; nothing is run. Columns of an input from outside of the mesh are named
    <product>/<input>."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.lineage import Lineage
    from mesh_etl.lineage.openlineage import dataset

    project = Project.open(root, env)
    found = Lineage.of(project)
    columns = _named(found, what)
    product = columns[0].product
    if openlineage:
        screen.document(dataset(found.traced(product), project.mesh.name))
    elif as_json:
        screen.document({"product": product, "columns": [_facts(found, one, down) for one in columns]})
    else:
        _show(screen.Page(), found, columns, down)


def _named(lineage: Lineage, what: str) -> list[Column]:
    """The columns that are meant. Raises `ConfigError`: UNKNOWN_PRODUCT, UNKNOWN_COLUMN."""
    from mesh_etl.errors import ConfigError, Fault, did_you_mean
    from mesh_etl.lineage import Column

    domain, _, rest = what.lower().partition(".")
    name, _, column = rest.partition(".")
    product = f"{domain}.{name}"
    if product not in lineage.products():
        fix = did_you_mean(product, lineage.products())
        raise ConfigError(Fault("UNKNOWN_PRODUCT", f"there is no product '{product}'", "lineage", fix))
    known = [one.name for one in lineage.views.contract(product).schema]
    if column and column not in known:
        fix = did_you_mean(column, known)
        raise ConfigError(Fault("UNKNOWN_COLUMN", f"{product} has no column '{column}'", "lineage", fix))
    return [Column(product, one) for one in known if not column or one == column]


def _next(lineage: Lineage, column: Column, down: bool) -> list[tuple[Column, str]]:
    """The columns one step further, each with what is done on the way."""
    if down:
        return [(one, _word(use.kind, use.hidden)) for one, use in lineage.used_by.get(column, ())]
    if "/" in column.product:
        return []
    uses = lineage.traced(column.product).columns.get(column.name, ())
    return [(use.column, _word(use.kind, use.hidden)) for use in sorted(uses)]


def _word(kind: str, hidden: bool) -> str:
    return "masked" if hidden and kind != "aggregation" else _DONE[kind]


def _facts(lineage: Lineage, column: Column, down: bool, seen: tuple[Column, ...] = ()) -> dict[str, Any]:
    ahead = [] if column in seen or len(seen) > _DEEPEST else _next(lineage, column, down)
    return {
        "column": str(column),
        "used_in" if down else "made_of": [
            {**_facts(lineage, one, down, (*seen, column)), "how": how or "copied"} for one, how in ahead
        ],
    }


def _show(page: Page, lineage: Lineage, columns: list[Column], down: bool) -> None:
    traced = lineage.traced(columns[0].product)
    for column in columns:
        page.line(str(column))
        _tree(page, lineage, column, down, "  ", ())
    if down:
        return
    if traced.untold:
        page.line(f"Of other columns nothing is told: {traced.untold}.")
    for how, word in _HOW.items():
        names = [str(column) for column, kind in traced.decided if kind == how]
        if names:
            page.line(f"rows are {word} {', '.join(names)}", style="dim")


def _tree(page: Page, lineage: Lineage, column: Column, down: bool, indent: str, seen: tuple[Column, ...]) -> None:
    if len(seen) > _DEEPEST:
        return
    for one, how in _next(lineage, column, down):
        again = " (see above)" if one in seen else ""
        page.line(f"{indent}{'→' if down else '←'} {one}{f'  {how}' if how else ''}{again}")
        if not again:
            _tree(page, lineage, one, down, indent + "  ", (*seen, column, one))
