"""`mesh-etl govern policies`: the IAM and resource policies that the accounts of the mesh must hold beforehand.

In an environment of AWS these are also the policies of the roles that deploy; of a mesh without accounts, they alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, Root


def policies(
    account: Annotated[str, typer.Option(help="Those of one account alone: its name in mesh.yaml, or its id.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write each into a file of this folder.")] = None,
    with_data: Annotated[
        bool,
        typer.Option("--with-data", help="Also what `mesh-etl destroy --with-data` takes: put it on for that alone."),
    ] = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
) -> None:
    """Print the policies that roles, buckets and keys need first.

    Without them the mesh can be neither governed nor deployed. Nothing is changed."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.deploy.placeholder import placeholders
    from mesh_etl.deploy.policies import by_hand
    from mesh_etl.errors import ConfigError, Fault, did_you_mean

    project = Project.open(root, env)
    every = by_hand(project, with_data=with_data)
    known = sorted({*project.mesh.accounts, *(one.account for one in every)})
    if account and account not in known:
        fix = did_you_mean(account, known)
        raise ConfigError(Fault("UNKNOWN_ACCOUNT", f"there is no account '{account}'", "configs/mesh.yaml", fix))
    screen.errors(placeholders(project), "warning")
    found = [one for one in every if account in ("", one.account)]
    if as_json:
        lines = [{"account": one.account, "on": one.subject, "kind": one.kind, "policy": one.document} for one in found]
        typer.echo(json.dumps(lines, indent=2))
        return
    for one in found:
        text = json.dumps(one.document, indent=2)
        if out is None:
            typer.echo(f"# {one.account}: {one.kind} of {one.subject}\n{text}\n")
            continue
        file = out / one.file
        out.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
        typer.echo(str(file))
