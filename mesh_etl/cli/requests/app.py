"""The commands that look at requests for access; those that make and decide them stand by themselves."""

from __future__ import annotations

import typer

from mesh_etl.cli.requests.listing import audit, list_, show

app = typer.Typer(name="requests", help="Look at requests for access, and at who has read what.", no_args_is_help=True)


@app.callback()
def begin() -> None:
    """Look at requests for access, and at who has read what."""


app.command("list")(list_)
for command in (show, audit):
    app.command()(command)
