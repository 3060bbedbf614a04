"""The commands of `mesh-etl govern`."""

from __future__ import annotations

import typer

from mesh_etl.cli.govern.apply import apply
from mesh_etl.cli.govern.destroy import destroy
from mesh_etl.cli.govern.draw import draw
from mesh_etl.cli.govern.history import history
from mesh_etl.cli.govern.plan import plan
from mesh_etl.cli.govern.policies import policies
from mesh_etl.cli.govern.verify import verify

app = typer.Typer(
    name="govern",
    help="Catalogue, tags, grants and shares of all accounts.",
    no_args_is_help=True,
)
for command in (plan, apply, verify, history, draw, destroy, policies):
    app.command()(command)
