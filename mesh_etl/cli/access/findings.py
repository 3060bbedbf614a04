"""`mesh-etl access findings`: what gives more than anybody asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.access.options import Live, opened
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def findings(
    fail: Annotated[bool, typer.Option("--fail", help="Exit code 1 when there is one.")] = False,
    live: Live = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """List what gives more than anybody asked for.

    Administrators by accident, what IAM alone decides on, grants that may be given on outside, unknown accounts, and
    grants that would hold for what is yet to come."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.failures import plain

    found = list(opened(root, env, live).findings())
    if as_json:
        screen.document(plain(found))
    else:
        page = screen.Page()
        for one in found:
            page.line(str(one))
        if not found:
            page.line("Nothing is given beyond what was asked for.")
    if fail and found:
        raise typer.Exit(1)
