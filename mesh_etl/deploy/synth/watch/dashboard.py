"""A dashboard with a row for each job: how its runs ended, and for a product its rows, durations and age.

Only metrics that exist are shown: those that EventBridge counts for rules, those that our runs tell, and those that
Glue sends for jobs with metrics.
Source: https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html, and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.config.deployment.times import duration
from mesh_etl.deploy import names
from mesh_etl.deploy.synth.limits import WIDGETS
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource
from mesh_etl.deploy.synth.watch.rules import rule_of
from mesh_etl.telemetry.address import dimensions, namespace
from mesh_etl.telemetry.model import AGE, DURATION, QUALITY_FAILURES, ROWS_READ, ROWS_REJECTED, ROWS_WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.telemetry.model import Metric

HEADING, HEIGHT = 1, 5
COLUMNS = (0, 5, 10, 15, 20, 24)  # where the widgets of a row begin, and the last one ends
ROWS = WIDGETS // len(COLUMNS)  # of one dashboard, each with its heading
RED, ORANGE = "#d62728", "#ff7f0e"


def dashboards(estate: Estate) -> dict[str, Resource]:
    """The dashboard of the unit; of very many jobs more than one."""
    pages = [estate.jobs[start : start + ROWS] for start in range(0, len(estate.jobs), ROWS)]
    return {
        f"Dashboard{number}": Resource(
            "AWS::CloudWatch::Dashboard",
            {
                "DashboardName": names.dashboard(estate.stack, number),
                "DashboardBody": json.dumps({"widgets": list(_widgets(estate, jobs))}, separators=(",", ":")),
                "Tags": tag_list(estate),
            },
        )
        for number, jobs in enumerate(pages, start=1)
    }


def _widgets(estate: Estate, jobs: tuple[GlueJob, ...]) -> Iterator[dict[str, Any]]:
    for row, job in enumerate(jobs):
        name, top = job.product or f"{estate.unit}: {job.task}", (HEADING + HEIGHT) * row
        heading = {"markdown": f"### {name}", "background": "transparent"}
        yield {"type": "text", "x": 0, "y": top, "width": COLUMNS[-1], "height": HEADING, "properties": heading}
        for column, (title, stated) in enumerate(_product(estate, job) if job.product else _chore(job)):
            yield {
                "type": "metric",
                "x": COLUMNS[column],
                "y": top + HEADING,
                "width": COLUMNS[column + 1] - COLUMNS[column],
                "height": HEIGHT,
                "properties": {
                    "title": title,
                    "view": "timeSeries",
                    "region": estate.account.region,
                    "period": 3600,
                    **stated,
                },
            }


def _product(estate: Estate, job: GlueJob) -> Iterator[tuple[str, dict[str, Any]]]:
    def told(metric: Metric, label: str, **more: Any) -> list[Any]:
        place = dimensions(estate.mesh, estate.env, job.product)
        stated = [text for pair in place.items() for text in pair]
        return [namespace(estate.mesh, estate.env, estate.unit), metric.name, *stated, {"label": label, **more}]

    ended = [*_ended(job), told(QUALITY_FAILURES, "reasons to refuse data", color=ORANGE)]
    rows = [told(ROWS_READ, "read"), told(ROWS_WRITTEN, "written"), told(ROWS_REJECTED, "rejected", color=RED)]
    age: dict[str, Any] = {
        "stat": "Maximum",
        "metrics": [[{"expression": "age / 3600", "label": "hours"}], told(AGE, "seconds", id="age", visible=False)],
    }
    if job.settings.late_after is not None:
        hours = duration(job.settings.late_after).total_seconds() / 3600
        age["annotations"] = {"horizontal": [{"label": "late", "value": round(hours, 2), "color": RED}]}
    yield "how runs ended", {"stat": "Sum", "metrics": ended}
    yield "rows", {"stat": "Sum", "metrics": rows}
    yield "duration", {"stat": "Maximum", "metrics": [told(DURATION, "seconds")]}
    yield "age", age
    yield _workers(job)


def _chore(job: GlueJob) -> Iterator[tuple[str, dict[str, Any]]]:
    took = ["Glue", "glue.driver.aggregate.elapsedTime", *_of(job, "count"), {"label": "milliseconds"}]
    yield "how runs ended", {"stat": "Sum", "metrics": _ended(job)}
    yield "duration", {"stat": "Maximum", "metrics": [took]}
    yield _workers(job)


def _ended(job: GlueJob) -> list[list[Any]]:
    return [
        ["Glue", "glue.succeed.ALL", *_of(job, "count"), "ObservabilityGroup", "error", {"label": "succeeded"}],
        ["AWS/Events", "MatchedEvents", "RuleName", rule_of(job, "failed"), {"label": "failed", "color": RED}],
    ]


def _workers(job: GlueJob) -> tuple[str, dict[str, Any]]:
    executors = "glue.driver.ExecutorAllocationManager.executors.numberAllExecutors"
    return "workers", {"stat": "Maximum", "metrics": [["Glue", executors, *_of(job, "gauge"), {"label": "executors"}]]}


def _of(job: GlueJob, kind: str) -> tuple[str, ...]:
    return ("JobName", job.name, "JobRunId", "ALL", "Type", kind)
