"""`mesh-etl start`: a run of a product's job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.operate.options import Job
from mesh_etl.cli.options import HERE, Date, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesh_etl.cli.operate.options import Operated
    from mesh_etl.operate.runs import Run

Wait = Annotated[bool, typer.Option("--wait", help="Until the run has ended; fails as it fails.")]
Policy = Annotated[
    Path | None,
    typer.Option("--session-policy", metavar="FILE", help="An IAM policy that narrows what this run may do."),
]


def start(
    product: Job,
    date: Date = "",
    wait: Wait = False,
    session_policy: Policy = None,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Start a run of a product's job on AWS. A run of work that is done already changes nothing."""
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.operate import start as starting

    about = operated(root, env, product)
    policy = starting.session_policy(about.glue, session_policy) if session_policy else ""
    begin(about, {"--date": date} if date else {}, policy, wait, as_json)


def begin(about: Operated, arguments: Mapping[str, str], policy: str, wait: bool, as_json: bool) -> None:
    """A run with these arguments has begun, and with `wait` has ended; says so. Raises what the run has failed by."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.operate import portrait
    from mesh_etl.operate import start as starting
    from mesh_etl.operate.explanation import explanation

    job = about.job.name
    identity = starting.started(about.glue, job, arguments, policy)
    if not wait:
        if as_json:
            screen.document({"job": job, "run": identity})
        else:
            page = screen.Page()
            page.line(f"{job}: started run {identity}")
            page.next(f"mesh-etl runs {about.options}", f"mesh-etl logs {about.options} --follow")
        return
    ended = _awaited(about, identity, quiet=as_json)
    if ended.state != "SUCCEEDED":
        raise explanation(about.glue, about.logs, ended)
    if as_json:
        screen.document({"job": job, "run": identity, **portrait.plain(ended)})
    else:
        screen.Page().line(f"{job}: {ended.state} in {portrait.took(ended)}, {portrait.dpu_hours(ended)} DPU-hours")


def _awaited(about: Operated, identity: str, quiet: bool) -> Run:
    from mesh_etl.cli.deploy.following import GoesOn
    from mesh_etl.errors import Fault
    from mesh_etl.operate import start as starting

    def told(run: Run) -> None:
        if not quiet:
            print(f"{run.id}: {run.state}", file=sys.stderr, flush=True)

    try:
        return starting.awaited(about.glue, about.job.name, identity, told)
    except KeyboardInterrupt:
        fix = f"look at it with mesh-etl runs {about.options}, or end it with mesh-etl stop {about.options}"
        raise GoesOn(Fault("INTERRUPTED", "nobody waits any more, and the run goes on", identity, fix)) from None
