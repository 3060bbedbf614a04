"""Alarms on what rules count and on what runs tell of themselves: which job is not as it should be, at a glance.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html for the metrics of rules;
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html for how far an alarm looks back
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.config.deployment.times import duration
from mesh_etl.deploy.places import place
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource
from mesh_etl.deploy.synth.watch.rules import rule_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.telemetry.address import dimensions, namespace
from mesh_etl.telemetry.model import AGE, QUALITY_FAILURES

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.telemetry.model import Metric

HOUR = 3600
LONGEST = 7 * 24 * HOUR  # seconds that an alarm looks back whose periods are hours


def failing(estate: Estate, job: GlueJob) -> Resource:
    """The alarm is on for an hour after a run failed. It tells nobody: the rule has, and said which run."""
    watched = {
        "Namespace": "AWS/Events",
        "MetricName": "MatchedEvents",
        "Dimensions": [{"Name": "RuleName", "Value": rule_of(job, "failed")}],
        "Statistic": "Sum",
        "Period": HOUR,
        "EvaluationPeriods": 1,
    }
    says = f"A run of {job.name} has failed within the last hour"
    kept = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0, "TreatMissingData": "notBreaching"}
    return _alarm(estate, job, "failed", says, {**watched, **kept})


def refused(estate: Estate, job: GlueJob) -> Resource:
    """The topic is told when a run refuses its data, and again once a run does not.

    What is refused, the run itself has judged by the contract and `max_rejected`. Between runs nothing changes, so that
    missing points change nothing either.
    """
    watched = {
        **_metric(estate, job, QUALITY_FAILURES),
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
    }
    look = f"mesh-etl logs {job.product} --env {estate.env} --errors"
    says = f"Data of {job.product} are refused; its table stands as it was. See: {look}"
    told = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0, "TreatMissingData": "ignore"}
    return _alarm(estate, job, "quality", says, {**watched, **told, **_heard(estate)})


def late(estate: Estate, job: GlueJob) -> Resource:
    """The topic is told when the table has had no new version for `late_after`, whether or not runs were started.

    At the commit of a version its age is 0: an hour without such a point is one without a new version. For an hour that
    has no point at all 1 is filled in, since CloudWatch would look back further for points in place of missing ones.
    Where the whole time has none there is nothing to fill in, and it counts as late.
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    stated = job.settings.late_after
    assert stated is not None, "the caller has asked"
    seconds = int(duration(stated).total_seconds())
    period = 300 if seconds < HOUR else HOUR
    periods = -(-seconds // period)
    age = {"Metric": _metric(estate, job, AGE), "Period": period, "Stat": "Minimum"}
    watched = {
        "Metrics": [
            {"Id": "age", "MetricStat": age, "ReturnData": False},
            {"Id": "old", "Expression": "FILL(age, 1)", "Label": "no new version", "ReturnData": True},
        ],
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": periods,
    }
    look = f"mesh-etl runs {job.product} --env {estate.env}"
    says = f"{job.product} has had no new version for {stated}. See: {look}"
    told = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0, "TreatMissingData": "breaching"}
    return _alarm(estate, job, "late", says, {**watched, **told, **_heard(estate)})


def seen_by_audit(project: Project, estate: Estate, job: GlueJob) -> bool:
    """Whether no alarm can look back as far as `late_after`: an audit that finds the product late fails, and is told.

    Raises `ConfigError` LATE_UNSEEN where there is no audit either.
    """
    stated = job.settings.late_after
    if stated is None or duration(stated).total_seconds() <= LONGEST:
        return False
    if any(one.task == "audit" for one in estate.jobs):
        return True
    fix = "state when the tables are looked at: deployment: {audit: {at: cron(0 5 * * ? *)}}"
    problem = f"nobody would be told that '{job.product}' is late: no alarm looks back {stated}"
    raise ConfigError(Fault("LATE_UNSEEN", problem, place(project, job, "late_after"), fix))


def _metric(estate: Estate, job: GlueJob, metric: Metric) -> dict[str, Any]:
    stated = dimensions(estate.mesh, estate.env, job.product)
    return {
        "Namespace": namespace(estate.mesh, estate.env, estate.unit),
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in stated.items()],
    }


def _heard(estate: Estate) -> dict[str, list[str]]:
    return {"AlarmActions": [estate.topic], "OKActions": [estate.topic]}


def _alarm(estate: Estate, job: GlueJob, purpose: str, says: str, properties: dict[str, Any]) -> Resource:
    shown = {"AlarmName": f"{job.name}-{purpose}", "AlarmDescription": says}
    return Resource("AWS::CloudWatch::Alarm", {**shown, **properties, "Tags": tag_list(estate, job)})
