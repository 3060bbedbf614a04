"""`mesh-etl init`: a contract and a job for a new product, drafted from files of it."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def init(
    product: Annotated[str, typer.Argument(help="The new product, as domain.name.")],
    sample: Annotated[
        list[str], typer.Option("--from", help="A file, folder or pattern to draft from; may be repeated.")
    ],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for the domain.")] = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Draft contract and job of a new product.

    No file is ever overwritten."""
    from mesh_etl.cli import crawled, screen
    from mesh_etl.cli.scaffold import scaffold

    draft, made = scaffold(product, sample, owner, root, env)
    if as_json:
        screen.document({"product": product, "files": [path.as_posix() for path in made]})
        return
    page = screen.Page()
    crawled.findings(page, draft.found)
    page.line()
    for path in made:
        page.line(f"wrote {path.as_posix()}")
    page.line(f"Read the contract, then: mesh-etl plan {product}")
