"""The commands about who can see what."""

from __future__ import annotations

import typer

from mesh_etl.cli.access.diff import diff
from mesh_etl.cli.access.explain import explain
from mesh_etl.cli.access.findings import findings
from mesh_etl.cli.access.matrix import matrix

app = typer.Typer(name="access", help="Who can see what, and why.", no_args_is_help=True)


@app.callback()
def begin() -> None:
    """Who can see what, and why."""


for command in (explain, matrix, diff, findings):
    app.command()(command)
