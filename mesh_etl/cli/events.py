"""`mesh-etl events`: what the mesh has told of itself, from this machine."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesh_etl.cli.screen import Page


class Type(StrEnum):
    """The types of events."""

    published = "DataProductPublished"
    late = "DataProductLate"
    contract = "ContractChanged"
    quality = "QualityFailed"
    granted = "AccessGranted"
    revoked = "AccessRevoked"


Follow = Annotated[bool, typer.Option("--follow", "-f", help="Print those that come from now on, until Ctrl-C.")]
Product = Annotated[str, typer.Option("--product", help="Those of one product, as domain.name.")]
Of = Annotated[Type | None, typer.Option("--type", help="Those of one type.")]
Schemas = Annotated[
    Path | None, typer.Option("--schemas", metavar="FOLDER", help="Write their JSON Schemas there instead.")
]


def events(
    follow: Follow = False,
    product: Product = "",
    type_: Of = None,
    schemas: Schemas = None,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """List what was told from this machine, oldest first.

    With --json there is one document per line where they are followed."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.events import followed, logged

    if schemas is not None:
        _publish(schemas)
        return
    project = Project.open(root, env)
    home = worlds.open(project.env, project.root).home
    page = screen.Page()
    wanted = (
        one
        for one in (followed(home) if follow else logged(home))
        if product in ("", one.get("product")) and type_ in (None, one.get("type"))
    )
    if as_json and not follow:
        screen.document({"events": list(wanted)})
        return
    empty = True
    for one in wanted:
        empty = False
        if as_json:
            typer.echo(json.dumps(one))
        else:
            _show(page, one)
    if empty:
        page.line("Nothing of the kind was told from this machine yet.")


def _publish(folder: Path) -> None:
    from mesh_etl.events.schemas import schemas, spelled

    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas():
        (folder / f"{name}.json").write_text(spelled(schema), encoding="utf-8")
        typer.echo(f"wrote {folder / name}.json")


def _show(page: Page, event: Mapping[str, Any]) -> None:
    when = str(event["at"])[:19].replace("T", " ")
    page.line(f"{when}  {event['type']:<20}  {event['product']}  {_told(event)}")


def _told(event: Mapping[str, Any]) -> str:
    """The event in a few words."""
    from mesh_etl.cli.wording import count

    match event["type"]:
        case "DataProductPublished":
            verdict = event["quality"]["verdict"]
            return f"version {event['seq']}: {event['operation']}, {count(event['rows'], 'row')}, {verdict}"
        case "ContractChanged":
            changes = [f"{one['path']} ({one['kind']})" for one in event["changes"]]
            versions = f"{event['before']['version']} → {event['after']['version']}"
            return f"{versions}{': ' if changes else ''}{', '.join(changes)}"
        case "DataProductLate":
            return f"version {event['seq']} is of {event['published']}, longer ago than {event['late_after']}"
        case "QualityFailed":
            rules = [f"{one['name']} ({count(one['rows'], 'row')})" for one in event["rules"]]
            return ", ".join(rules or event["codes"])
        case _:
            until = f" until {event['until']}" if event.get("until") else ""
            return f"{event['access']} for {event['principal']}{until}, by {event['by']}"
