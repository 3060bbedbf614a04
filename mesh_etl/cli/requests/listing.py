"""`mesh-etl requests`: who has asked for what, and what became of it."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


class Status(StrEnum):
    """Where a request stands."""

    asked = "asked"
    approved = "approved"
    denied = "denied"
    revoked = "revoked"
    expired = "expired"


def list_(
    status: Annotated[Status | None, typer.Option("--status", help="Only those that stand there.")] = None,
    product: Annotated[str, typer.Option("--product", help="Only those about this product.")] = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """List requests, the newest first."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.requests.portrait import document, spoken, what
    from mesh_etl.config import Project
    from mesh_etl.govern.requests import Desk

    desk = Desk(Project.open(root, env))
    found = [
        one
        for one in desk.requests.all()
        if status in (None, one.status(desk.today)) and product in ("", one.asked.product)
    ]
    if as_json:
        screen.document([document(one, desk.today) for one in found])
        return
    page = screen.Page()
    if not found:
        page.line("There is no such request; ask for access with: mesh-etl request <product> --for <who>")
        return
    rows = [
        (one.id, f"{one.steps[0].at:%Y-%m-%d}", spoken(one, desk.today), what(one), one.asked.named) for one in found
    ]
    page.table(("request", "asked", "status", "what", "for"), rows, tight=True)


def show(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="As mesh-etl requests list has it.")],
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show a request with everything that happened to it."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.requests.portrait import document, shown
    from mesh_etl.config import Project
    from mesh_etl.govern.requests import Desk

    desk = Desk(Project.open(root, env))
    found = desk.requests.one(request)
    if as_json:
        screen.document(document(found, desk.today))
    else:
        shown(found, desk.today)


def audit(
    days: Annotated[int, typer.Option("--days", min=1, help="How many days back.")] = 7,
    product: Annotated[str, typer.Option("--product", help="Only attempts on this product.")] = "",
    denied: Annotated[bool, typer.Option("--denied", help="Only those that were denied.")] = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """List who has read what, and who has tried to."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.config.suppression import today
    from mesh_etl.govern.audit import Audit
    from mesh_etl.govern.store import store

    project = Project.open(root, env)
    kept = Audit(*store(project))
    found = [
        one
        for one in kept.since(today() - datetime.timedelta(days=days - 1))
        if (not product or product in one.products) and (not denied or one.verdict == "denied")
    ]
    if as_json:
        screen.document([one.to_json() for one in found])
        return
    page = screen.Page()
    if not found:
        page.line("Nobody has tried to read anything.")
        return
    for one in found:
        columns = f" ({', '.join(one.columns)})" if one.columns else ""
        code = f" [{one.code}]" if one.code else ""
        what = f"{', '.join(one.products)}{columns} by {one.by}{code}"
        page.line(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.verdict:<7}  {one.who}  {what}")
