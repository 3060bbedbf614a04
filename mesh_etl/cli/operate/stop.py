"""`mesh-etl stop`: the runs of a product's job are stopped."""

from __future__ import annotations

from mesh_etl.cli.operate.options import Job, RunId
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def stop(
    product: Job,
    run: RunId = "",
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Stop the runs of a product's job that have not ended, or one of them. What was not committed is not visible."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.cli.wording import count
    from mesh_etl.errors import RunError
    from mesh_etl.operate.stop import stopped

    about = operated(root, env, product)
    done = stopped(about.glue, about.job.name, [run] if run else [])
    if done.faults:
        raise RunError(*done.faults)
    if as_json:
        screen.document({"job": about.job.name, "stopping": list(done.runs)})
        return
    page = screen.Page()
    if not done.runs:
        page.line(f"{about.job.name}: nothing runs")
        return
    page.line(f"{about.job.name}: {count(len(done.runs), 'run')} stopping: {', '.join(done.runs)}")
    page.next(f"mesh-etl runs {about.options}", f"mesh-etl retry {about.options}")
