"""`mesh-etl approve`, `deny` and `revoke`: decide on a request for access."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.govern.requests import Desk, Request

Id = Annotated[str, typer.Argument(metavar="REQUEST", help="The request, as mesh-etl requests lists it.")]
By = Annotated[str, typer.Option("--by", help="Who decides, on a laptop; on AWS the credentials say it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


def approve(
    request: Id,
    by: By = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, if there is something to say.")] = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Give the access that a request asks for.

    The grants that follow from it are made at once; where that fails, mesh-etl govern apply makes them."""
    _decided(root, env, by, as_json, lambda desk, who: desk.approve(request, who, reason))


def deny(
    request: Id,
    reason: Reason,
    by: By = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Refuse what a request asks for."""
    _decided(root, env, by, as_json, lambda desk, who: desk.deny(request, who, reason))


def revoke(
    request: Id,
    reason: Reason,
    by: By = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Take back what a request has given, or withdraw one.

    What it has granted is undone in every account; where that fails, mesh-etl govern apply does it."""
    _decided(root, env, by, as_json, lambda desk, who: desk.revoke(request, who, reason))


def _decided(root: Path, env: str, by: str, as_json: bool, decide: Callable[[Desk, str], Request]) -> None:
    from mesh_etl import worlds
    from mesh_etl.cli.requests.portrait import told
    from mesh_etl.config import Project
    from mesh_etl.govern.actor import actor
    from mesh_etl.govern.requests import Desk

    project = Project.open(root, env)
    world = worlds.open(project.env, project.root)
    desk = Desk(project)
    told(desk, world, decide(desk, actor(project.mesh, world, by)), as_json)
