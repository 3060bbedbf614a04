"""`mesh-etl package`: the files that the jobs of domains consist of, made on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.deploy.options import Out, Units
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.package.bundle import Bundle

SAYS = {
    "library": "mesh_etl",
    "wheels": "what Glue lacks",
    "environment": "all packages",
    "modules": "the project's own Python",
    "script": "what a job starts with",
    "configuration": "what a job works on",
}


def package(
    units: Units = None,
    env: Env = "prod",
    out: Out = Path("build"),
    root: Root = HERE,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Make the files that the jobs of domains consist of.

    These are packages, scripts, and the configuration of each job. The same input gives the same bytes, so that
    what did not change is not sent again. Nothing is sent to AWS."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.wording import count
    from mesh_etl.config import Project
    from mesh_etl.deploy import estate as estates
    from mesh_etl.deploy.package.bundle import bundled, folder_of

    project = Project.open(root, env)
    made = []
    page = screen.Page()
    for unit in estates.chosen(project, units or ()):
        estate = estates.estate(project, unit)
        folder = folder_of(project, estate, project.root / out)
        before = {path.name: path.stat().st_mtime_ns for path in folder.glob("*")} if folder.is_dir() else {}
        if not as_json:
            page.line(f"{unit}  {estate.stack}: {count(len(estate.jobs), 'job')}", style="bold")
        bundle = bundled(project, estate, project.root / out)
        made.append((estate, bundle))
        if not as_json:
            screen.errors(bundle.warnings, "warning")
            _show(page, bundle, folder, before)
    if as_json:
        screen.document({"units": [_document(estate, bundle) for estate, bundle in made]})
        return
    page.next(f"mesh-etl deploy {made[0][0].unit} --env {env} --dry-run")


def _show(page: Page, bundle: Bundle, folder: Path, before: dict[str, int]) -> None:
    from mesh_etl.cli.summary import near
    from mesh_etl.cli.wording import size

    def news(name: str) -> str:
        if name not in before:
            return "made"
        return "as before" if (folder / name).stat().st_mtime_ns == before[name] else "made anew"

    rows = [
        (one.name, SAYS[one.kind], size(one.size), news(one.name))
        for one in sorted(bundle.artifacts, key=lambda one: (list(SAYS).index(one.kind), one.name))
    ]
    page.table(("file", "what", "size", "now"), rows, right=("size",))
    page.line(f"  {size(sum(one.size for one in bundle.artifacts))} in {near(str(folder))}, for s3://{bundle.bucket}")


def _document(estate: Estate, bundle: Bundle) -> dict[str, Any]:
    return {
        "unit": estate.unit,
        "bucket": bundle.bucket,
        "artifacts": [
            {"kind": one.kind, "name": one.name, "sha256": one.sha256, "size": one.size, "path": str(one.path)}
            for one in bundle.artifacts
        ],
        "jobs": {job.name: {"script": bundle.script(job), **bundle.arguments(job)} for job in estate.jobs},
        "warnings": [str(one) for one in bundle.warnings],
    }
