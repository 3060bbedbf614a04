"""The commands about contracts."""

from __future__ import annotations

import typer

from mesh_etl.cli.contract.lint import lint

app = typer.Typer(name="contract", help="Check, explain, compare and convert contracts.", no_args_is_help=True)


@app.callback()
def begin() -> None:
    """Check, explain, compare and convert contracts."""


for command in (lint,):
    app.command()(command)
