"""`mesh-etl access explain`: what somebody can see of a product, and the chain of grants, tags and links behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.access.options import Live, opened
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.govern.evaluate.answer import Access, ColumnAccess
    from mesh_etl.govern.evaluate.explain import Reason
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess

Principal = Annotated[
    str,
    typer.Option("--principal", metavar="WHO", help="As marketing.analyst, role/analyst, an account, or an ARN."),
]


def explain(
    principal: Principal,
    product: Annotated[str, typer.Option("--product", metavar="PRODUCT", help="As domain.name.")],
    column: Annotated[str | None, typer.Option("--column", metavar="NAME", help="One of its columns.")] = None,
    live: Live = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Say what somebody can see of a product, and why.

    Computed from the configuration alone, or with --live from what the accounts hold."""
    from mesh_etl.cli import screen
    from mesh_etl.govern.evaluate.explain import reasons

    mesh = opened(root, env, live)
    answer = mesh.access(principal, product, column)
    because = reasons(mesh.evaluator, answer, mesh.names, column)
    if as_json:
        screen.document(_document(mesh, answer, product, column, because))
    else:
        _show(screen.Page(), mesh, answer, product, column, because)


def _show(
    page: Page, mesh: MeshAccess, answer: Access, product: str, column: str | None, because: tuple[Reason, ...]
) -> None:
    who = mesh.names.principal(answer.principal)
    if column is not None:
        page.line(f"{who} {_sees(answer.column(column))} {column} of {product}{_where(answer.column(column))}", "bold")
    else:
        page.line(_headline(who, answer, product), style="bold")
        if answer.names:
            page.line()
            page.table(("column", "seen", "rows", "tags"), (_row(mesh, answer, one) for one in answer.columns.values()))
    page.line()
    page.line("Because")
    for reason in because:
        for line in reason.lines():
            page.line(f"  {line}")


def _headline(who: str, answer: Access, product: str) -> str:
    seen = [one for one in answer.columns.values() if one.verdict != "denied"]
    if not seen:
        return f"{who} sees nothing of {product}"
    if answer.verdict == "allowed":
        return f"{who} sees all of {product}"
    masked = sum(one.verdict == "masked" for one in seen)
    told = f", {masked} of them masked" if masked else ""
    rows = ", of some rows" if any(one.rows for one in seen) else ""
    return f"{who} sees {len(seen)} of {len(answer.names)} columns of {product}{told}{rows}"


def _sees(one: ColumnAccess) -> str:
    return {"allowed": "sees", "masked": "sees masked", "denied": "does not see"}[one.verdict]


def _where(one: ColumnAccess) -> str:
    return f" where {' or '.join(one.rows)}" if one.rows else ""


def _row(mesh: MeshAccess, answer: Access, one: ColumnAccess) -> tuple[str, str, str, str]:
    seen = {"allowed": "yes", "masked": "masked", "denied": "no"}[one.verdict]
    through = f", by the view {one.through.name}" if one.through else ""
    rows = "" if one.verdict == "denied" else " or ".join(one.rows) or "all"
    sources = mesh.evaluator.effective.sources(answer.table, one.name)
    tags = ", ".join(f"{key}={source.value}" for key, source in sources.items())
    return one.name, f"{seen}{through}", rows, tags


def _document(
    mesh: MeshAccess, answer: Access, product: str, column: str | None, because: tuple[Reason, ...]
) -> dict[str, Any]:
    classes, effective = mesh.classes.get(answer.table, {}), mesh.evaluator.effective
    return {
        "principal": {"name": mesh.names.principal(answer.principal), "id": answer.principal},
        "product": product,
        "table": {"catalog": answer.table.catalog, "database": answer.table.database, "name": answer.table.name},
        "verdict": answer.column(column).verdict if column is not None else answer.verdict,
        "columns": [
            {
                "name": one.name,
                "verdict": one.verdict,
                "rows": list(one.rows),
                "through": one.through.name if one.through else None,
                "classification": classes.get(one.name, ""),
                "tags": {key: tag.value for key, tag in effective.sources(answer.table, one.name).items()},
            }
            for one in answer.columns.values()
            if column in (None, one.name)
        ],
        "rights": sorted(answer.rights),
        "lacks": [one.lack for one in answer.obstacles],
        "because": [one.document() for one in because],
    }
