"""`mesh-etl access diff`: whom a change of the configuration lets see more, and whom less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.govern.evaluate.mesh_access import MeshAccess
    from mesh_etl.govern.evaluate.widening import Change
    from mesh_etl.govern.requests import Approved

From = Annotated[
    str, typer.Option("--from", metavar="WHAT", help="Before: a git revision such as origin/main, or a folder.")
]
To = Annotated[str, typer.Option("--to", metavar="WHAT", help="After; default: the project as it is now.")]
Fail = Annotated[bool, typer.Option("--fail-on-widening", help="Exit code 1 when somebody sees more than before.")]


def diff(
    from_: From,
    to: To = "",
    fail_on_widening: Fail = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Say whom a change lets see more, and whom less.

    Judged by grants and tags, before anything is applied. Approved requests count on both sides."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.govern.evaluate.widening import changes
    from mesh_etl.govern.requests import Desk

    project = Project.open(root, env)
    approved = Desk(project).approved()
    before = _at(from_, project.root, env, approved)
    after = _at(to or str(project.root), project.root, env, approved)
    people = dict.fromkeys((*after.people(), *before.people()))
    tables = dict.fromkeys((*after.tables().values(), *before.tables().values()))
    found = list(changes(before.evaluator, after.evaluator, people, tables))
    if as_json:
        screen.document([_plain(after, before, one) for one in found])
    else:
        _show(after, before, found)
    if fail_on_widening and any(one.widens for one in found):
        raise typer.Exit(1)


def _at(what: str, root: Path, env: str, approved: Iterable[Approved]) -> MeshAccess:
    from mesh_etl.cli.access.revision import project_at
    from mesh_etl.config import Project
    from mesh_etl.errors import ConfigError
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess

    with project_at(what, root) as home:
        try:
            return MeshAccess.configured(Project.open(home, env), approved)
        except ConfigError as error:
            if home == root:
                raise
            raise ConfigError(*(replace(one, where=f"{what}: {one.where}") for one in error.faults)) from None


def _show(after: MeshAccess, before: MeshAccess, found: list[Change]) -> None:
    from mesh_etl.cli import screen

    page = screen.Page()
    if not found:
        page.line("Nobody sees more or less than before.")
    for widens, title in ((True, "This change lets"), (False, "It no longer lets")):
        some = [one for one in found if one.widens == widens]
        if some:
            page.line(title, style="bold red" if widens else "bold")
            for one in some:
                page.line(f"  {_told(after, before, one)}")


def _told(after: MeshAccess, before: MeshAccess, one: Change) -> str:
    who, what = after.names.principal(one.principal), _product(after, before, one)
    columns = _columns(after, before, one)
    match one.kind:
        case "right":
            return f"{who} have {one.after or one.before} on {what}"
        case "administers":
            account = after.names.account(one.after or one.before)
            return f"{who} administer Lake Formation in account {account}, which has {what}"
        case "rows" if one.widens:
            return f"{who} see other rows of {what}: {columns}: {one.after}; before {one.before}"
        case "rows":
            return f"{who} see {one.before} of {what}: {columns}; but {one.after}"
    if {one.before, one.after} == {"masked", "allowed"}:
        return f"{who} see unmasked {what}: {columns}"
    masked = " masked" if "masked" in (one.before, one.after) else ""
    return f"{who} see{masked} {what}: {columns}"


def _product(after: MeshAccess, before: MeshAccess, one: Change) -> str:
    return after.names.table(one.table) if one.table in after.state.tables else before.names.table(one.table)


def _columns(after: MeshAccess, before: MeshAccess, one: Change) -> str:
    classes = {**before.classes.get(one.table, {}), **after.classes.get(one.table, {})}
    return ", ".join(f"{name} ({classes[name]})" if classes.get(name) else name for name in one.columns)


def _plain(after: MeshAccess, before: MeshAccess, one: Change) -> dict[str, Any]:
    classes = {**before.classes.get(one.table, {}), **after.classes.get(one.table, {})}
    return {
        "widens": one.widens,
        "kind": one.kind,
        "principal": after.names.principal(one.principal),
        "product": _product(after, before, one),
        "columns": [{"name": name, "classification": classes.get(name, "")} for name in one.columns],
        "before": one.before,
        "after": one.after,
    }
