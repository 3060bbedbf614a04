"""The commands about contracts."""

from __future__ import annotations

import typer

from mesh_etl.cli.contract.diff import diff
from mesh_etl.cli.contract.explain import explain
from mesh_etl.cli.contract.export import export
from mesh_etl.cli.contract.import_ import import_
from mesh_etl.cli.contract.lint import lint
from mesh_etl.cli.contract.policies import policies
from mesh_etl.cli.contract.product import product
from mesh_etl.cli.contract.upgrade import upgrade

app = typer.Typer(name="contract", help="Check, explain, compare and convert contracts.", no_args_is_help=True)


@app.callback()
def begin() -> None:
    """Check, explain, compare and convert contracts."""


for command in (lint, upgrade, policies, explain, diff, product, export):
    app.command()(command)
app.command("import")(import_)
