"""`mesh-etl stop`: the runs of a product's job are stopped, and those of the flow that begins with it."""

from __future__ import annotations

from mesh_etl.cli.operate.options import Alone, Job, RunId
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def stop(
    product: Job,
    run: RunId = "",
    alone: Alone = False,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Stop the runs of a product's job, or one of them.

    What they have not committed is not visible. Where a flow begins with the product, its runs are stopped, with all
    their jobs."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.cli.wording import count
    from mesh_etl.errors import RunError
    from mesh_etl.operate.runs import run_named
    from mesh_etl.operate.stop import Stopped, flow_stopped, stopped

    about = operated(root, env, product)
    of_job = run.startswith("jr_")  # as Glue calls the runs of jobs, and of nothing else
    flow = None if alone or of_job else about.flow()
    flows = flow_stopped(flow, run) if flow is not None else ()
    if run and flow is not None:
        done = Stopped((), ())
    else:
        done = stopped(about.glue, about.job.name, [run_named(about.glue, about.job.name, run).id] if run else [])
    if done.faults:
        raise RunError(*done.faults)
    if as_json:
        told = {"job": about.job.name, "flow": flow.name if flow else None}
        screen.document({**told, "stopping": list(done.runs), "stopping_flow": list(flows)})
        return
    page = screen.Page()
    if not done.runs and not flows:
        page.line(f"{about.job.name}: nothing runs")
        return
    if flow is not None and flows:
        page.line(f"{flow.name}: {count(len(flows), 'run')} stopping, with all jobs: {', '.join(flows)}")
    if done.runs:
        page.line(f"{about.job.name}: {count(len(done.runs), 'run')} stopping: {', '.join(done.runs)}")
    page.next(f"mesh-etl runs {about.options}", f"mesh-etl retry {about.options}")
