"""`mesh-etl layout advise`: the layout that serves a table's filters best, by trials on a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.layout import Advice

_SHOWN = 5


def advise(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    filter_: Annotated[
        list[str] | None, typer.Option("--filter", help="A condition by which the table is asked; can be repeated.")
    ] = None,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Propose partitions, order and row groups for a table.

    Lays a sample of the table out in several ways, and measures what the filters read of each. Filters are those that
    are given, and those of queries/*.sql beside the product's contract. Nothing of the table is changed."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.contract.load import contract_of
    from mesh_etl.layout import advise as advised
    from mesh_etl.plan.keys import partition_keys
    from mesh_etl.plan.ledgers import ledger_of

    job = Project.open(root, env).job(product)
    contract = contract_of(job)
    found = advised(job, contract, ledger_of(job, job.product), partition_keys(job, contract), filter_ or [])
    if as_json:
        screen.document(facts(found))
    else:
        show(screen.Page(), found)


def facts(found: Advice) -> dict[str, Any]:
    """The advice as plain JSON data; bytes are those of the whole table, by the sample."""
    return {
        "product": found.product,
        "table": {"version": found.version, "rows": found.rows, "bytes": found.bytes, "files": found.files},
        "sample_rows": found.sample,
        "filters": [
            {
                "filter": one.text,
                "rows_met_percent": round(100 * met / max(1, found.sample), 3),
                "now": now,
                "proposed": then,
            }
            for one, met, now, then in zip(
                found.filters,
                found.met,
                _scaled(found, found.now.read),
                _scaled(found, found.proposed.read),
                strict=True,
            )
        ],
        "layouts": [
            {
                "layout": str(one.layout),
                "read_bytes": _scaled(found, [one.cost])[0],
                "stored_bytes": _scaled(found, [one.bytes])[0],
                "partitions": one.partitions,
                "now": one is found.now,
                "proposed": one is found.proposed,
            }
            for one in found.others
        ],
        "target": found.target,
    }


def show(page: Page, found: Advice) -> None:
    """The advice is on the page."""
    from mesh_etl.cli.wording import count, size

    table = f"version {found.version}, {count(found.rows, 'row')}, {count(found.files, 'file')}, {size(found.bytes)}"
    page.line(f"{found.product}  {table}", style="bold")
    page.line(f"  measured on {count(found.sample, 'row')} of it, laid out in {len(found.others)} ways")
    page.line()
    rows = zip(
        found.filters, found.met, _scaled(found, found.now.read), _scaled(found, found.proposed.read), strict=True
    )
    page.table(
        ("filter", "rows met", "reads now", "reads then"),
        [(one.text, f"{100 * met / max(1, found.sample):.2f}%", size(now), size(then)) for one, met, now, then in rows],
        right=("rows met", "reads now", "reads then"),
    )
    page.line()
    shown = list(dict.fromkeys([*found.others[:_SHOWN], found.proposed, found.now]))
    page.table(
        ("layout", "all filters read", "stored", "partitions", ""),
        [
            (
                str(one.layout),
                *map(size, _scaled(found, [one.cost, one.bytes])),
                f"{one.partitions:,}",
                "now" if one is found.now else "proposed" if one is found.proposed else "",
            )
            for one in shown
        ],
        right=("all filters read", "stored", "partitions"),
    )
    page.line()
    if found.proposed is found.now:
        page.line("→ keep the layout as it is", style="bold green")
        return
    page.line("→ say in the job, and rewrite the table once with mode replace:", style="bold green")
    for line in found.yaml().splitlines():
        page.line(line)
    if found.proposed.layout.keys != found.now.layout.keys:
        page.line()
        page.line(
            "Glue cannot change the partition keys of a table in place. The run ends with PARTITION_KEYS_CHANGED:"
        )
        page.line("delete the table from the catalogue then (its files stay) and run again, or make a new product.")


def _scaled(found: Advice, sizes: Any) -> list[int]:
    return [round(one * found.scale) for one in sizes]
