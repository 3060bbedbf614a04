"""`mesh-etl logs`: what a run has written."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.operate.options import Job, RunId
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.cli.operate.options import Operated
    from mesh_etl.operate.logs import Line
    from mesh_etl.operate.runs import Run

LATE = timedelta(seconds=30)  # a line may come into CloudWatch after younger ones


def logs(
    product: Job,
    run: RunId = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run has ended, or Ctrl-C.")] = False,
    errors: Annotated[
        bool, typer.Option("--errors", help="Only what tells of errors, Spark's own log among it.")
    ] = False,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Print what a run of a product's job has written.

    The errors that have a code come first. With --json there is one document per line."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.cli.operate.waiting import nobody_waits
    from mesh_etl.errors import Fault, PlanError
    from mesh_etl.operate import logs as reading
    from mesh_etl.operate import runs as operating

    about = operated(root, env, product)
    job = about.job.name
    last = (operating.run_named(about.glue, job, run),) if run else operating.runs(about.glue, job, 1)
    if not last:
        fix = f"mesh-etl start {about.options}"
        raise PlanError(Fault("UNKNOWN_RUN", "the job has not run yet", job, fix))
    found = last[0]
    output, system = reading.groups(about.glue, found)
    if follow:
        with nobody_waits(about, found.id):
            ended, told = _followed(about, found, output, errors, as_json)
        print(f"{ended.id}: {ended.state}", file=sys.stderr)
        _end(ended, told, as_json)
        return
    lines = list(reading.lines(about.logs, output, found))
    if errors:
        lines = [one for one in (*lines, *reading.lines(about.logs, system, found)) if one.wrong]
    if not as_json:
        screen.errors(reading.coded(iter(lines)))
    for one in lines:
        _print(one, as_json)
    _end(found, any(one.code for one in lines), as_json)
    if not lines and not as_json:
        nothing = "no line of it tells of an error" if errors else "nothing that it has written is there"
        screen.Page().line(f"run {found.id} is {found.state}: {nothing}")


def _end(run: Run, told: bool, as_json: bool) -> None:
    """Where a run has failed and none of its lines has `told` why, what Glue says of it is told."""
    from mesh_etl.cli import screen
    from mesh_etl.errors import Fault

    if run.failed and run.error and not told and not as_json:
        fix = "--errors shows what Spark says of it as well; mend what it names, then mesh-etl retry"
        screen.errors([Fault("RUN_FAILED", f"run {run.id} {run.state}: {run.error}", run.job, fix)])


def _followed(about: Operated, run: Run, group: str, errors: bool, as_json: bool) -> tuple[Run, bool]:
    """Lines are printed as they come, until the run has ended and what it wrote is there.

    Returns it as it ended, and whether a line told of an error of ours.
    """
    from mesh_etl.deploy.stacks import pace
    from mesh_etl.operate import runs as operating

    seen: set[Line] = set()
    since = None
    for pause in pace.pauses():
        last = operating.run(about.glue, run.job, run.id)  # asked first: what it wrote before is then there
        for one in _fresh(about, run, group, since, seen):
            since = max(since or one.at - LATE, one.at - LATE)
            if one.wrong or not errors:
                _print(one, as_json)
        if not last.active:
            return last, any(one.code for one in seen)
        pause()
    raise AssertionError("the pauses do not end")


def _fresh(about: Operated, run: Run, group: str, since: Any, seen: set[Line]) -> Iterator[Line]:
    from mesh_etl.operate.logs import lines

    for one in lines(about.logs, group, run, since):
        if one not in seen:
            seen.add(one)
            yield one


def _print(one: Line, as_json: bool) -> None:
    import json

    from mesh_etl.visible import visible, visible_json

    if as_json:
        line = {"at": one.at.isoformat(), "stream": one.stream, "text": one.text, "code": one.code}
        typer.echo(visible_json(json.dumps(line, ensure_ascii=False)))
    else:
        code = f" [{one.code}]" if one.code else ""
        typer.echo(visible(f"{one.at:%H:%M:%S}  {one.text}{code}"))
