"""`mesh-etl delete`: take rows out of a table, because somebody has the right to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, EngineName, Env, Json, NoColor, Remote, Root, engine_options

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.expressions import Expression
    from mesh_etl.upkeep.delete import Deleted

Where = Annotated[
    str, typer.Option("--where", help="The rows: a condition over the table's columns. NULL is not true.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, such as a ticket; it is kept, so name no person in it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say how many rows and files it is about; change nothing.")]

Erase = Annotated[
    bool, typer.Option("--erase", help="Expire the older versions at once, which hold the rows; those with a tag stay.")
]


def delete(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    where: Where,
    reason: Reason = "",
    dry_run: DryRun = False,
    erase: Erase = False,
    engine: EngineName = "embedded",
    remote: Remote = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Take the rows out of a table for which a condition is true.

    Files that hold such rows are written anew without them. The condition itself is kept nowhere. Older versions of
    the table hold the rows until they expire."""
    import datetime

    from mesh_etl import worlds
    from mesh_etl.cli import progress, screen
    from mesh_etl.cli.expire import show as show_expired
    from mesh_etl.config import Project
    from mesh_etl.run import engines
    from mesh_etl.upkeep.delete import delete as deleted
    from mesh_etl.upkeep.expire import expire

    condition = _condition(where)
    project = Project.open(root, env)
    job, world = project.job(product), worlds.open(project.env, project.root)
    with engines.open(engine, **engine_options(remote)) as opened, progress.display(as_json) as shown:
        shown.product(job.product)
        found = deleted(job, opened, world, condition, reason, dry_run, shown)
        shown.rest()
    expired = expire(job, world, datetime.timedelta(0), dry_run=dry_run) if erase else None
    if as_json:
        screen.document({**found.to_json(), **({"erased": expired.to_json()} if expired else {})})
        return
    page = screen.Page()
    _show(page, found, dry_run, erase)
    if expired:
        show_expired(page, expired, dry_run)


def _condition(where: str) -> Expression:
    from mesh_etl.errors import ConfigError, Fault
    from mesh_etl.expressions import Expression

    try:
        return Expression.parse(where)
    except ValueError as error:
        fix = "write one condition in SQL, such as --where 'customer_id = 7'"
        raise ConfigError(Fault("BAD_EXPRESSION", str(error), "--where", fix)) from None


def _show(page: Page, found: Deleted, dry_run: bool, erase: bool) -> None:
    from mesh_etl.cli.wording import count, listed

    if not found.rows:
        page.line(f"{found.product}  the condition is true for no row; nothing was changed", style="bold")
        return
    begin = "dry run" if dry_run else f"version {found.version}"
    verb = "would leave" if dry_run else "left"
    page.line(f"{found.product}  {begin}: {count(found.rows, 'row')} {verb} the table", style="bold")
    written = "to write anew" if dry_run else "written anew"
    page.line(f"  {written}: {count(found.files, 'file')} with {count(found.kept, 'other row')}")
    if not dry_run and not erase:
        age = f"mesh-etl expire {found.product} --older-than 0d"
        page.line(f"  older versions hold them until they expire; at once: {age}")
    if found.tags:
        named = listed([f"{seq} ({name})" for name, seq in sorted(found.tags.items())])
        page.line(f"  versions with a tag stay, and may hold them: {named}")
        page.line(f"  take the tag away before: mesh-etl tag {found.product} <name> --delete")
    if found.refused:
        refused = count(found.refused, "refused row")
        page.line(f"  {refused} may hold them as well: mesh-etl quarantine show {found.product}")
