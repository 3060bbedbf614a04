"""`mesh-etl runs`: the runs of a product's job."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.operate.options import Job
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def runs(
    product: Job,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many, the newest first.")] = 20,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """List the last runs of a product's job on AWS.

    The newest is first, each with its state, duration and DPU-hours."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.operate import portrait
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.operate import runs as operating

    about = operated(root, env, product)
    found = operating.runs(about.glue, about.job.name, limit)
    flows = [(one, one.conductor.runs(limit)) for one in about.flows()]
    if as_json:
        runs = {"job": about.job.name, "runs": [portrait.plain(one) for one in found]}
        screen.document({**runs, "flows": [portrait.plain_flow(one, several) for one, several in flows]})
        return
    page = screen.Page()
    for one, several in flows:
        portrait.flow(page, one, several)
    if not found:
        page.line(f"{about.job.name} has not run yet")
        page.next(f"mesh-etl start {about.options}")
        return
    portrait.table(page, found)
    if found[0].failed:
        page.line(found[0].error or found[0].state)
        page.next(f"mesh-etl logs {about.options} --errors")
