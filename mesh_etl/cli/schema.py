"""`mesh-etl schema`: JSON Schema of the configuration files, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


class Kind(StrEnum):
    """The kinds of configuration files."""

    job = "job"
    view = "view"
    mesh = "mesh"
    domain = "domain"
    env = "env"


def schema(
    kind: Annotated[Kind, typer.Argument(help="Which file.")],
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Print the JSON Schema of a kind of file.

    That of a job knows the project's plug-ins."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project, json_schema
    from mesh_etl.errors import ConfigError

    if kind is Kind.job:
        try:
            Project.open(root, env)  # imports the plug-ins, which register what a job may name
        except ConfigError as error:
            if error.code != "NO_PROJECT":
                raise
    screen.document(json_schema(kind.value))
