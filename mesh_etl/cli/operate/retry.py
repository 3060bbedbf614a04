"""`mesh-etl retry`: the last run again, with its arguments."""

from __future__ import annotations

from mesh_etl.cli.operate.options import Job, RunId
from mesh_etl.cli.operate.start import Wait
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def retry(
    product: Job,
    run: RunId = "",
    wait: Wait = False,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Run the last run of a product's job again where it has failed or was stopped, or the one that is named.

    It is safe: what a run has committed before it failed is not done twice."""
    from mesh_etl.cli.operate.options import operated
    from mesh_etl.cli.operate.start import begin
    from mesh_etl.operate.retry import again

    about = operated(root, env, product)
    begin(about, again(about.glue, about.job.name, run), "", wait, as_json)
