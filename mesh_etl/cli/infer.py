"""`mesh-etl infer`: what files hold, from a sample of them, and a contract and a job drafted from that."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def infer(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders or patterns; local or s3://.")],
    product: Annotated[str, typer.Option("--product", help="The product to draft, as domain.name.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Who answers for the product.")] = "",
    rows: Annotated[int, typer.Option("--rows", min=1, help="About how many rows to look at.")] = 100_000,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write contract.yaml and job.yaml into this folder.")
    ] = None,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Look at samples of files and draft a contract and a job.

    No file is ever overwritten; without --out nothing is written."""
    from mesh_etl.cli import crawled, screen
    from mesh_etl.cli.scaffold import drafted, written

    draft = drafted(paths, product, owner, root, env, rows)
    made = written(Path(), {out / name: text for name, text in draft.files.items()}) if out else ()
    if as_json:
        screen.document(crawled.facts(draft, made))
        return
    crawled.show(screen.Page(), draft, made, paths)
