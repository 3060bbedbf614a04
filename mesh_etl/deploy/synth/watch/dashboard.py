"""A dashboard with a row for each job: how its runs ended, how long they took, how many workers they had.

Only metrics that exist are shown: those that EventBridge counts for rules, and those that Glue sends for jobs with
metrics. How many rows were read and rejected stands in the ledger: `mesh-etl metrics`, `mesh-etl history`.
Source: https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html, and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.synth.limits import WIDGETS
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource
from mesh_etl.deploy.synth.watch.rules import rule_of

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate, GlueJob

HEIGHT = 5
ROWS = WIDGETS // 3  # of one dashboard


def dashboards(estate: Estate) -> dict[str, Resource]:
    """The dashboard of the unit; of very many jobs more than one."""
    pages = [estate.jobs[start : start + ROWS] for start in range(0, len(estate.jobs), ROWS)]
    return {
        f"Dashboard{number}": Resource(
            "AWS::CloudWatch::Dashboard",
            {
                "DashboardName": estate.stack if number == 1 else f"{estate.stack}-{number}",
                "DashboardBody": json.dumps({"widgets": _widgets(estate, jobs)}, separators=(",", ":")),
                "Tags": tag_list(estate),
            },
        )
        for number, jobs in enumerate(pages, start=1)
    }


def _widgets(estate: Estate, jobs: tuple[GlueJob, ...]) -> list[dict[str, Any]]:
    found = []
    for row, job in enumerate(jobs):
        name = job.products[0] if job.task in ("run", "stream") else f"{estate.unit}: {job.task}"
        failed = rule_of(job, "failed")
        ended = [
            ["Glue", "glue.succeed.ALL", *_of(job, "count"), "ObservabilityGroup", "error", {"label": "succeeded"}],
            ["AWS/Events", "MatchedEvents", "RuleName", failed, {"label": "failed", "color": "#d62728"}],
        ]
        took = [["Glue", "glue.driver.aggregate.elapsedTime", *_of(job, "count"), {"label": "milliseconds"}]]
        executors = "glue.driver.ExecutorAllocationManager.executors.numberAllExecutors"
        workers = [["Glue", executors, *_of(job, "gauge"), {"label": "executors"}]]
        for column, (title, metrics, statistic) in enumerate(
            (("how runs ended", ended, "Sum"), ("duration", took, "Maximum"), ("workers", workers, "Maximum"))
        ):
            found.append(_widget(estate, f"{name}: {title}", metrics, statistic, column, row))
    return found


def _of(job: GlueJob, kind: str) -> tuple[str, ...]:
    return ("JobName", job.name, "JobRunId", "ALL", "Type", kind)


def _widget(estate: Estate, title: str, metrics: list[Any], statistic: str, column: int, row: int) -> dict[str, Any]:
    shown = {
        "title": title,
        "view": "timeSeries",
        "region": estate.account.region,
        "stat": statistic,
        "period": 3600,
        "metrics": metrics,
    }
    return {"type": "metric", "x": 8 * column, "y": HEIGHT * row, "width": 8, "height": HEIGHT, "properties": shown}
