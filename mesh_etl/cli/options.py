"""The options that all commands share."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from mesh_etl.cli import screen

HERE = Path()


def _colourless(wanted: bool) -> None:
    if wanted:
        os.environ["NO_COLOR"] = "1"


def _rooted(root: Path) -> Path:
    """The commands that are named next are about the same folder."""
    screen.Page.root = "" if root == HERE else f" --root {quote(str(root))}"
    return root


Root = Annotated[Path, typer.Option("--root", callback=_rooted, help="The project's folder, or one inside it.")]
Env = Annotated[str, typer.Option("--env", help="The environment: configs/env/<name>.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
NoColor = Annotated[
    bool, typer.Option("--no-color", callback=_colourless, help="No colours; NO_COLOR=1 says the same.")
]
EngineName = Annotated[str, typer.Option("--engine", help="embedded, spark or connect.")]
Remote = Annotated[
    str,
    typer.Option(
        "--remote",
        "--master",
        metavar="URL",
        help="Where the engine runs, such as sc://host:15002 (connect) or spark://host:7077 (spark).",
    ),
]
Acknowledge = Annotated[
    str,
    typer.Option("--acknowledge", metavar="VERSION", help="The contract's version whose breaking changes you accept."),
]

Date = Annotated[
    str,
    typer.Option(
        "--date", metavar="DATE", help="The run's date or moment in UTC, such as 2026-11-20, where it is not now."
    ),
]

# How the masters of classic Spark begin; what begins otherwise is a server of Spark Connect.
MASTERS = ("local", "spark://", "yarn", "k8s://")


def engine_options(remote: str) -> dict[str, object]:
    """The options of the engine that were given."""
    if not remote:
        return {}
    return {"master": remote} if remote.startswith(MASTERS) else {"remote": remote}
