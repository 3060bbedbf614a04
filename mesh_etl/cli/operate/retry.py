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

    It is the last one, or the one that is named. Where a flow with the product has failed, its run goes on from what
    failed in it. It is safe: what a run has committed before it failed is not done twice."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.operate.flow import begin_flow, left_out, resume_flow
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.cli.operate.start import begin
    from mesh_etl.errors import PlanError
    from mesh_etl.operate.retry import again, failed_flow

    about = operated(root, env, product)
    if (found := None if alone or run else failed_flow(about.glue, about.flows(), about.job.name)) is not None:
        flow, failed = found
        try:
            resume_flow(about, flow, failed, wait, as_json)
            return
        except PlanError as error:
            if error.code != "NOT_RESUMABLE":
                raise
            if not as_json:
                screen.errors(error.faults, "warning")
        if about.product in flow.flow.heads:
            begin_flow(about, flow, wait, as_json)
            return
    arguments = again(about.glue, about.job.name, run)
    begin(about, arguments, "", wait, as_json, "" if alone else left_out(about))
