"""Rules that tell the topic what went wrong: which job, which run, and how to look at it.

Glue sends an event when a run ends, and one when it goes on for longer than its notification property says.
Source: https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.deploy import names
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate, GlueJob

_PATHS = {"job": "$.detail.jobName", "run": "$.detail.jobRunId"}


def rule_of(job: GlueJob, purpose: str) -> str:
    """The name of a rule that watches the job: `demo-prod-sales--orders-run-failed`."""
    return names.fitted(f"{job.name}-{purpose}", names.RULE)


def failed(estate: Estate, job: GlueJob) -> Resource:
    """The topic is told of each run of the job that fails or takes too long; of its further attempts it is not.

    Glue calls these as the first one, with the number of the attempt behind.
    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    called = job.product or job.name
    look = f"mesh-etl logs {called} --run <run> --env {estate.env} --errors"
    detail: dict[str, Any] = {"jobName": [job.name], "state": ["FAILED", "TIMEOUT", "ERROR"]}
    again = ""
    if retries := job.settings.retries:
        further = [f"{names.ATTEMPT}{number}" for number in range(1, retries + 1)]
        detail["jobRunId"] = [{"anything-but": {"suffix": further}}]
        again = f", and for a further attempt: mesh-etl runs {called} --env {estate.env}"
    text = f'"The run <run> of <job> ended as <state>. See: {look}{again}"'
    paths = {**_PATHS, "state": "$.detail.state"}
    says = f"Tells of runs of {job.name} that fail"
    return _rule(estate, job, "failed", _glue("Glue Job State Change", detail), says, paths, text)


def costly(estate: Estate, job: GlueJob) -> Resource:
    """The topic is told of each run that takes longer than all its workers take for `dpu_hours`."""
    detail = {"jobName": [job.name]}
    text = (
        f'"The run <run> of <job> goes on, and may have taken more than {job.settings.dpu_hours:g} DPU-hours by now.'
        f' See: mesh-etl cost {job.product} --env {estate.env}"'
    )
    says = f"Tells of runs of {job.name} that take more DPU-hours than foreseen"
    return _rule(estate, job, "cost", _glue("Glue Job Run Status", detail), says, _PATHS, text)


def _rule(
    estate: Estate, job: GlueJob, purpose: str, pattern: dict[str, Any], says: str, paths: dict[str, str], text: str
) -> Resource:
    properties = {
        "Name": rule_of(job, purpose),
        "Description": says[:512],
        "EventPattern": pattern,
        "State": "ENABLED",
        "Targets": [_target(estate, paths, text)],
        "Tags": tag_list(estate, job),
    }
    return Resource("AWS::Events::Rule", properties)


def _glue(kind: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"source": ["aws.glue"], "detail-type": [kind], "detail": detail}


def _target(estate: Estate, paths: dict[str, str], text: str) -> dict[str, Any]:
    transformer = {"InputPathsMap": paths, "InputTemplate": text}
    return {"Id": "topic", "Arn": estate.topic, "InputTransformer": transformer}
