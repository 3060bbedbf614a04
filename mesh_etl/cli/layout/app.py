"""The commands about the layout of tables."""

from __future__ import annotations

import typer

from mesh_etl.cli.layout.advise import advise

app = typer.Typer(name="layout", help="Find a layout that fits how a table is asked.", no_args_is_help=True)


@app.callback()
def begin() -> None:
    """Find a layout that fits how a table is asked."""


app.command()(advise)
