"""`mesh-etl retry`: the last run again, with its arguments, or the flow that has failed."""

from __future__ import annotations

from mesh_etl.cli.operate.options import Alone, Job, RunId
from mesh_etl.cli.operate.start import Wait
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def retry(
    product: Job,
    run: RunId = "",
    alone: Alone = False,
    wait: Wait = False,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Run a failed or stopped run of a product's job again.

    It is the last one, or the one that is named. Where a flow begins with the product and one of its jobs has failed,
    the whole flow runs again. It is safe: what a run has committed before it failed is not done twice."""
    from mesh_etl.cli.operate.flow import begin_flow, left_out
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.cli.operate.start import begin
    from mesh_etl.operate.retry import again, is_of_flow

    about = operated(root, env, product)
    flow = None if alone or run else about.flow()
    if flow is not None and is_of_flow(about.glue, flow, about.job.name):
        begin_flow(about, flow, wait, as_json)
        return
    arguments = again(about.glue, about.job.name, run)
    begin(about, arguments, "", wait, as_json, "" if alone else left_out(about))
