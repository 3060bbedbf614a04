"""`mesh-etl crash-test`: break a run at every call, on copies of the project, and see that the next run mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config import LoadedJob
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
    """Break the product's run at every call of storage and catalogue, and look at what is left.

    The project is copied and never written to. The job runs once from nothing, and once from the table as it is."""
    import tempfile
    from pathlib import Path

    from mesh_etl.cli import screen
    from mesh_etl.config import Project

    job = Project.open(root, env).job(product)
    found: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="mesh-crash-test-") as folder:
        for name, empty in (("first run", True), ("next run", False)):
            found[name] = _tried(job, env, Path(folder) / name.replace(" ", "-"), name, empty, every, as_json)
    if as_json:
        screen.document({"product": product, "scenarios": [_json(name, one) for name, one in found.items()]})
    else:
        _show(product, found)
    if any(one.failures for one in found.values()):
        raise typer.Exit(4)


def _tried(job: LoadedJob, env: str, folder: Path, name: str, empty: bool, every: int, quiet: bool) -> Outcome:
    from mesh_etl.cli import progress
    from mesh_etl.crashtest import product as products
    from mesh_etl.crashtest.campaign import campaign

    folder.mkdir()
    copy = products.copied(job, folder / "project", empty)
    work = products.scenario(name, copy, job.product, env, products.run)
    with progress.display(quiet) as shown:
        shown.product(job.product)
        shown.phase(f"{name}: break, look, run again", 0)
        return campaign(work, folder, every, told=lambda points: [shown.advance() for _ in range(points)])


def _show(product: str, found: dict[str, Outcome]) -> None:
    from mesh_etl.cli.screen import Page
    from mesh_etl.cli.wording import count

    page = Page()
    failures = [str(failure) for one in found.values() for failure in one.failures]
    verdict = "every break was mended by the next run" if not failures else count(len(failures), "break") + " stayed"
    page.line(f"{product}  {verdict}", style="bold red" if failures else "bold")
    for name, one in found.items():
        ways = ", ".join(f"{way} {points:,}" for way, points in one.points.items())
        page.line(f"  {name}: {count(one.points.total(), 'point')} ({ways})")
    for failure in failures:
        page.line(f"  {failure}", style="red")


def _json(name: str, one: Outcome) -> dict[str, object]:
    ways, failures = dict(one.points), [str(failure) for failure in one.failures]
    return {"scenario": name, "points": one.points.total(), "ways": ways, "failures": failures}
