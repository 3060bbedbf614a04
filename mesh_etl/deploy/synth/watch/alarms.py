"""Alarms on what the rules count, so that one can see at a glance which job is not as it should be.

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
from mesh_etl.deploy.synth.watch.topic import topic_arn
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob

HOUR = 3600
LONGEST = 7 * 24 * HOUR  # seconds that an alarm looks back whose periods are hours


def failing(estate: Estate, job: GlueJob) -> Resource:
    """The alarm is on for an hour after a run failed. It tells nobody: the rule has, and said which run."""
    counted = _counted(rule_of(job, "failed"), HOUR, 1)
    says = f"A run of {job.name} has failed within the last hour"
    kept = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0, "TreatMissingData": "notBreaching"}
    return _alarm(estate, job, "failed", says, {**counted, **kept})


def late(project: Project, estate: Estate, job: GlueJob) -> Resource | None:
    """The topic is told when no run of the job has succeeded for `late_after`; None where `audit` alone can tell.

    A run that finds nothing new succeeds as well; how old the newest version is, `audit` says from the ledger. The runs
    of a stream do not end, and no alarm looks back further than seven days: there an audit is needed.
    Raises `ConfigError` LATE_UNSEEN.
    """
    stated = job.settings.late_after
    assert stated is not None, "the caller has asked"
    seconds = int(duration(stated).total_seconds())
    if seconds > LONGEST or job.task == "stream":
        if any(one.task == "audit" for one in estate.jobs):
            return None
        fix = "state when the tables are looked at: deployment: {audit: {at: cron(0 5 * * ? *)}}"
        reason = f"no alarm looks back {stated}" if job.task == "run" else "the runs of a stream do not end"
        problem = f"nobody would be told that '{job.products[0]}' is late: {reason}"
        raise ConfigError(Fault("LATE_UNSEEN", problem, place(project, job, "late_after"), fix))
    period = 300 if seconds < HOUR else HOUR
    periods = -(-seconds // period)
    counted = _counted(rule_of(job, "done"), period, periods)
    says = f"No run of {job.name} has succeeded for {stated}"
    told = {"ComparisonOperator": "LessThanThreshold", "Threshold": 1, "TreatMissingData": "breaching"}
    actions = {"AlarmActions": [topic_arn(estate)], "OKActions": [topic_arn(estate)]}
    return _alarm(estate, job, "late", says, {**counted, **told, **actions})


def _counted(rule: str, period: int, periods: int) -> dict[str, Any]:
    return {
        "Namespace": "AWS/Events",
        "MetricName": "MatchedEvents",
        "Dimensions": [{"Name": "RuleName", "Value": rule}],
        "Statistic": "Sum",
        "Period": period,
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": periods,
    }


def _alarm(estate: Estate, job: GlueJob, purpose: str, says: str, properties: dict[str, Any]) -> Resource:
    shown = {"AlarmName": f"{job.name}-{purpose}", "AlarmDescription": says}
    return Resource("AWS::CloudWatch::Alarm", {**shown, **properties, "Tags": tag_list(estate, job)})
