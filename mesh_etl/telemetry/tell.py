"""Tell CloudWatch, by PutMetricData: it answers, so that what was not taken is known.

The embedded metric format in the job's log would come free of a call, but whether a log event holds one line of stdout
alone is for Glue's agent to say, and what it spoils is lost without a word; the metrics cost the same.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault
from mesh_etl.events.asked import asked
from mesh_etl.telemetry.address import dimensions, namespace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.config import LoadedJob
    from mesh_etl.telemetry.model import Point
    from mesh_etl.worlds import World


def tell(world: World, job: LoadedJob, points: Sequence[Point]) -> list[Fault]:
    """CloudWatch has the points, in one call; returns why not, METRICS_UNSENT, which stops nothing and is not retried.

    The client of this service gives up after seconds: see `worlds/aws.py`.
    """
    mesh, env = job.project.mesh.name, job.project.env_name
    space = namespace(mesh, env, job.domain)
    stated = [{"Name": name, "Value": value} for name, value in dimensions(mesh, env, job.product).items()]
    data: list[dict[str, Any]] = [
        {
            "MetricName": one.metric.name,
            "Dimensions": stated,
            "Timestamp": one.at,
            "Value": float(one.value),
            "Unit": one.metric.unit,
        }
        for one in points
    ]
    answer, problem = asked(
        "cloudwatch:PutMetricData",
        lambda: world.client("cloudwatch", job.identity).put_metric_data(Namespace=space, MetricData=data),
    )
    if answer is not None:
        return []
    fix = "let the job's role call cloudwatch:PutMetricData in this namespace, and see that its network leads there"
    return [Fault("METRICS_UNSENT", f"the run's metrics were not told: {problem}", space, fix)]
