"""`mesh-etl compact`: small files of a product's table become large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, EngineName, Env, Json, NoColor, Remote, Root, engine_options

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.upkeep.compaction import Compacted, Rewrite

Partitions = Annotated[
    list[str] | None,
    typer.Option("--partition", metavar="KEY=VALUE", help="Only partitions with this value; once for each key."),
]
Sort = Annotated[bool, typer.Option("--sort", help="Also files whose rows are not in the order that the job states.")]
TargetMb = Annotated[
    int | None, typer.Option("--target-mb", min=1, max=4096, help="The size that files aim at; default: the job's.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and leave all as it is.")]


def compact(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    partition: Partitions = None,
    sort: Sort = False,
    target_mb: TargetMb = None,
    dry_run: DryRun = False,
    engine: EngineName = "embedded",
    remote: Remote = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Put the small files of a product's table together.

    The rows stay as they are, which is verified before the commit. Runs that write at the same time come first."""
    from mesh_etl import worlds
    from mesh_etl.cli import progress, screen
    from mesh_etl.config import Project
    from mesh_etl.run import engines
    from mesh_etl.upkeep.compact import compact as compacted
    from mesh_etl.upkeep.compaction import Choice

    choice = Choice(_values(partition or []), sort, (target_mb or 0) << 20)
    project = Project.open(root, env)
    job = project.job(product)
    with engines.open(engine, **engine_options(remote)) as opened, progress.display(as_json) as shown:
        shown.product(job.product)
        found = compacted(job, opened, worlds.open(project.env, project.root), choice, dry_run, shown)
        shown.rest()
    if as_json:
        screen.document(found.to_json())
    else:
        _show(screen.Page(), found, stated=bool(partition))


def _values(stated: list[str]) -> dict[str, str]:
    found = {}
    for one in stated:
        key, is_, value = one.partition("=")
        if not is_ or not key or key in found:
            raise typer.BadParameter("say each key once, as in --partition country=DE", param_hint="--partition")
        found[key] = value
    return found


def _show(page: Page, found: Compacted, stated: bool) -> None:
    from mesh_etl.cli.wording import count, size

    if found.rewrites:
        before, after = (sum(getattr(one, name) for one in found.rewrites) for name in ("files_before", "files_after"))
        rewritten = size(sum(one.bytes_to_rewrite for one in found.rewrites))
        planned = found.outcome == "planned"
        begin = "dry run" if planned else f"version {found.version}"
        verb = "would become" if planned else "became"
        told = f"{count(before, 'file')} {verb} {after:,}, {rewritten} {'to rewrite' if planned else 'rewritten'}"
        page.line(f"{found.product}  {begin}: {told}", style="bold")
        page.table(_TITLES, [_row(one) for one in found.rewrites], _TITLES[1:], tight=True)
        rest = found.partitions - len(found.rewrites) - found.gave_up
        if rest:
            page.line(f"  {count(rest, 'other partition')} {'needs' if rest == 1 else 'need'} nothing")
        if not planned:
            page.line(f"  the files before stay for readers of older versions, until: mesh-etl expire {found.product}")
    elif stated and not found.partitions:
        page.line(f"{found.product}  nothing to do: no partition has these values")
    elif found.outcome == "nothing to do":
        page.line(f"{found.product}  nothing to do: no partition has small files that are worth putting together")
    if found.gave_up:
        page.line(f"{found.product}  gave up {count(found.gave_up, 'partition')}, which a run has replaced meanwhile")


_TITLES = ("partition", "files", "files after", "size", "size after", "to rewrite")


def _row(one: Rewrite) -> tuple[str, ...]:
    from mesh_etl.cli.wording import size

    after = "" if one.bytes_after is None else size(one.bytes_after)
    numbers = (f"{one.files_before:,}", f"{one.files_after:,}", size(one.bytes_before), after)
    return (one.name or "(all)", *numbers, size(one.bytes_to_rewrite))
