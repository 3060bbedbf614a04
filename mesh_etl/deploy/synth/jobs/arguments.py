"""The arguments that a Glue job always starts with: what it runs, and what Glue does around it.

None of them is a secret: arguments are shown to whoever may read the job, and logged.
Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.synth.limits import ARGUMENTS
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.deploy.package.bundle import Bundle


def fixed(bundle: Bundle, job: GlueJob) -> dict[str, str]:
    """The arguments that name what the job is made of, by name in order: no run of it is started with others.

    What a run is told replaces what its job says, even the script, but for these.
    """
    return dict(sorted({**bundle.arguments(job), "--scriptLocation": bundle.script(job)}.items()))


def arguments(estate: Estate, bundle: Bundle, job: GlueJob) -> dict[str, str]:
    """The other arguments of the job, by name in order. Raises `ConfigError` ARGUMENTS_TOO_LARGE."""
    settings, home = job.settings, f"s3://{estate.artifacts}/"
    found = {
        "--engine": settings.engine,
        "--TempDir": f"{home}{names.TEMPORARY}{job.name}/",
        "--custom-logGroup-prefix": names.logs(estate.stack),
        "--enable-job-insights": "true",
        "--enable-metrics": "true",
        "--enable-observability-metrics": "true",
        "--enable-spark-ui": "true",
        "--job-bookmark-option": f"job-bookmark-{settings.bookmark}",
        "--spark-event-logs-path": f"{home}{names.EVENT_LOGS}{job.name}/",
    }
    if settings.auto_scaling:
        found["--enable-auto-scaling"] = "true"
    if settings.spark:
        found["--conf"] = conf(settings.spark)
    every = {**found, **fixed(bundle, job)}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in every.items())
    if size > ARGUMENTS:
        problem = f"the arguments of the job '{job.name}' take {size:,} bytes, of {ARGUMENTS:,}"
        fix = "state fewer settings of Spark under deploy.spark"
        raise ConfigError(Fault("ARGUMENTS_TOO_LARGE", problem, "configs/mesh.yaml", fix))
    return dict(sorted(found.items()))


def conf(settings: dict[str, str]) -> str:
    """Settings of Spark as the one value of `--conf`, behind which Glue takes further ones only in this form."""
    return " --conf ".join(f"{key}={value}" for key, value in sorted(settings.items()))
