"""`mesh-etl crash-test`: break a run at every call, on copies of the project, and see that the next run mends it."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.crashtest.campaign import Outcome

Product = Annotated[str, typer.Argument(metavar="PRODUCT", help="As domain.name.")]
Every = Annotated[int, typer.Option("--every", min=1, help="Try only each n-th point.")]


def crash_test(
    product: Product,
    every: Every = 1,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Break a run at every call, and look at what is left.

    The job runs on copies of the project, which itself is never written to: once from nothing, and once on the table
    as it is. Each call fails, loses its answer, or ends the process; then the job runs again, and has to mend it."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.crashtest.campaign import campaign
    from mesh_etl.crashtest.product import first_run, next_run

    job = Project.open(root, env).job(product)
    found: dict[str, Outcome] = {}
    for work in (first_run(job, env), next_run(job, env)):
        with tempfile.TemporaryDirectory(prefix="mesh-crash-test-") as folder:
            told = partial(_tell, f"{product}: {work.name}", as_json)
            found[work.name] = campaign(work, Path(folder), every, told=told)
    if as_json:
        screen.document({"product": product, "scenarios": [_json(name, one) for name, one in found.items()]})
    else:
        _show(product, found)
    if any(one.failures for one in found.values()):
        raise typer.Exit(4)


def _tell(what: str, quiet: bool, done: int, of: int) -> None:
    """How far it is, on stderr; by no thread, since the campaign forks."""
    if quiet:
        return
    if sys.stderr.isatty():
        print(f"\r{what}: {done:,} of {of:,} breaks", end="\n" if done == of else "", file=sys.stderr, flush=True)
    elif not done:
        print(f"{what}: {of:,} breaks", file=sys.stderr, flush=True)


def _show(product: str, found: dict[str, Outcome]) -> None:
    from mesh_etl.cli.screen import Page
    from mesh_etl.cli.wording import count

    page = Page()
    failures = [str(failure) for one in found.values() for failure in one.failures]
    verdict = "the next run mended every break" if not failures else count(len(failures), "break") + " stayed"
    page.line(f"{product}  {verdict}", style="bold red" if failures else "bold")
    for name, one in found.items():
        ways = ", ".join(f"{way} {points:,}" for way, points in one.points.items())
        page.line(f"  {name}: {count(one.calls, 'call')}, {count(one.points.total(), 'break')} ({ways})")
    for failure in failures:
        page.line(f"  {failure}", style="red")


def _json(name: str, one: Outcome) -> dict[str, object]:
    ways, failures = dict(one.points), [str(failure) for failure in one.failures]
    return {
        "scenario": name,
        "calls": one.calls,
        "points": one.points.total(),
        "ways": ways,
        "failures": failures,
    }
