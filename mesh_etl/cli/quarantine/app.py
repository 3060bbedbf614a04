"""The commands about refused rows."""

from __future__ import annotations

import typer

from mesh_etl.cli.quarantine.expire import expire
from mesh_etl.cli.quarantine.replay import replay
from mesh_etl.cli.quarantine.show import show
from mesh_etl.cli.quarantine.stats import stats

app = typer.Typer(name="quarantine", help="Look at refused rows, replay and remove them.", no_args_is_help=True)


@app.callback()
def begin() -> None:
    """Look at refused rows, replay and remove them."""


for command in (show, stats, replay, expire):
    app.command()(command)
