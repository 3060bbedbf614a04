"""`mesh-etl start`: a run of a product's job, and of what follows it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.operate.options import Alone, Job
from mesh_etl.cli.options import HERE, Date, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesh_etl.cli.operate.options import Operated
    from mesh_etl.operate.runs import Run

Wait = Annotated[bool, typer.Option("--wait", help="Until all has ended; fails as it fails.")]
Policy = Annotated[
    Path | None,
    typer.Option("--session-policy", metavar="FILE", help="An IAM policy that narrows what this run may do."),
]


def start(
    product: Job,
    alone: Alone = False,
    date: Date = "",
    wait: Wait = False,
    session_policy: Policy = None,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Start a product's job on AWS, and what follows it.

    A run of work that is done already changes nothing. Where a flow begins with the product, all of the flow runs, as
    by its schedule. With --alone, --date or --session-policy, and for a product that follows others, it is the job
    alone."""
    from mesh_etl.cli.operate.flow import begin_flow, left_out
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.operate import start as starting

    about = operated(root, env, product)
    _require_date(about, date)
    flow = None if alone or date or session_policy else about.flow()
    if flow is not None:
        begin_flow(about, flow, wait, as_json)
        return
    policy = starting.session_policy(about.glue, session_policy) if session_policy else ""
    said = "" if alone else left_out(about)
    begin(about, {"--date": date} if date else {}, policy, wait, as_json, said)


def _require_date(about: Operated, date: str) -> None:
    """The job takes the date, if one is given: else a run would have been paid for before it says so.

    Raises `ConfigError`: BAD_DATE, ARGUMENT_UNKNOWN."""
    from mesh_etl.config.moment import moment_of
    from mesh_etl.errors import ConfigError, Fault

    if moment_of(date) is not None and about.job.task != "run":
        problem = f"the job {about.job.name} is no run of a product at a date"
        raise ConfigError(Fault("ARGUMENT_UNKNOWN", problem, "--date", "leave it out"))


def begin(
    about: Operated, arguments: Mapping[str, str], policy: str, wait: bool, as_json: bool, said: str = ""
) -> None:
    """A run with these arguments has begun, and with `wait` has ended; says so, and then `said`.

    Raises what the run has failed by."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.operate import portrait
    from mesh_etl.operate import start as starting
    from mesh_etl.operate.explanation import explanation
    from mesh_etl.operate.runs import require_room

    job = about.job.name
    require_room(about.glue, job, about.job.settings.concurrent_runs)
    identity = starting.started(about.glue, job, arguments, policy)
    page = screen.Page()
    if not as_json:
        page.line(f"{job}: started run {identity}")
        if said:
            page.line(said)
    if not wait:
        if as_json:
            screen.document({"job": job, "flow": None, "run": identity})
        else:
            page.next(f"mesh-etl runs {about.options}", f"mesh-etl logs {about.options} --follow")
        return
    ended = _awaited(about, identity, quiet=as_json)
    if ended.state != "SUCCEEDED":
        raise explanation(about.glue, about.logs, ended)
    if as_json:
        screen.document({"job": job, "flow": None, "run": identity, **portrait.plain(ended)})
    else:
        page.line(f"{job}: {ended.state} in {portrait.took(ended)}, {portrait.dpu_hours(ended)} DPU-hours")


def _awaited(about: Operated, identity: str, quiet: bool) -> Run:
    from mesh_etl.cli.operate.waiting import nobody_waits
    from mesh_etl.operate import start as starting

    def told(run: Run) -> None:
        if not quiet:
            print(f"{run.id}: {run.state}", file=sys.stderr, flush=True)

    with nobody_waits(about, identity):
        return starting.awaited(about.glue, about.job.name, identity, told)
