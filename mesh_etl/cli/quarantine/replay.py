"""`mesh-etl quarantine replay`: refused rows go through today's contract and job, and what passes is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.cli.options import (
    HERE,
    Acknowledge,
    EngineName,
    Env,
    Json,
    NoColor,
    Remote,
    Root,
    engine_options,
)
from mesh_etl.cli.quarantine.options import DryRun, Product, Rule, Since

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.quarantine.replay import Replayed

_OUTCOMES = {
    "published": "version {version} published: {good:,} of {chosen} left the quarantine for the table",
    "tried": "dry run: {good:,} of {chosen} would leave the quarantine for the table",
    "nothing changes": "nothing changes: none of {chosen} passes by now",
    "nothing to replay": "no refused row is in the quarantine",
}


def replay(
    product: Product,
    rule: Rule = "",
    since: Since = "",
    dry_run: DryRun = False,
    acknowledge: Acknowledge = "",
    engine: EngineName = "embedded",
    remote: Remote = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Publish the refused rows that pass by now.

    They go through today's contract and job. One commit adds those that pass to the table and takes them out of
    the quarantine; a second replay changes nothing."""
    from mesh_etl import worlds
    from mesh_etl.cli import progress, screen
    from mesh_etl.config import Project
    from mesh_etl.quarantine.replay import replay as replayed
    from mesh_etl.quarantine.rows import Choice
    from mesh_etl.run import engines

    project = Project.open(root, env)
    job, world, choice = project.job(product), worlds.open(project.env, project.root), Choice(rule, since)
    with engines.open(engine, **engine_options(remote)) as opened, progress.display(as_json) as shown:
        shown.product(job.product)
        found = replayed(job, opened, world, choice, dry_run, shown, acknowledge)
        shown.rest()
    if as_json:
        screen.document(found.to_json())
    else:
        _show(screen.Page(), found)


def _show(page: Page, found: Replayed) -> None:
    from mesh_etl.cli.summary import equation
    from mesh_etl.cli.wording import count, listed

    facts = {"version": found.version, "good": found.counts.good, "chosen": count(found.chosen, "refused row")}
    page.line(f"{found.product}  {_OUTCOMES[found.outcome].format(**facts)}", style="bold")
    if found.counts.read:
        page.line(f"  {equation(found.counts)}")
    if found.still:
        page.line(f"  still refused: {listed([f'{rule} {rows:,}' for rule, rows in found.still.items()])}")
    for reason, rows in found.stuck.items():
        page.line(f"  not read again: {count(rows, 'row')}, since {reason}")
