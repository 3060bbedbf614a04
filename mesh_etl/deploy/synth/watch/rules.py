"""Rules that tell the topic what went wrong: which job, which run, and how to look at it.

Glue sends an event when a run ends, and one when it goes on for longer than its notification property says.
Source: https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.deploy import names
from mesh_etl.deploy.forwarding import CENTRE, heard_on
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource
from mesh_etl.deploy.synth.watch.topic import topic_arn
from mesh_etl.events.emit import SOURCE

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob

_PATHS = {"job": "$.detail.jobName", "run": "$.detail.jobRunId"}


def rule_of(job: GlueJob, purpose: str) -> str:
    """The name of a rule that watches the job: `demo-prod-sales-orders-run-failed`."""
    return names.fitted(f"{job.name}-{purpose}", names.RULE)


def failed(estate: Estate, job: GlueJob) -> Resource:
    """The topic is told of each run of the job that fails or takes too long."""
    name = job.products[0] if job.task in ("run", "stream") else estate.unit
    look = f"mesh-etl logs {name} --run <run> --env {estate.env} --errors"
    detail = {"jobName": [job.name], "state": ["FAILED", "TIMEOUT", "ERROR"]}
    text = f'"The run <run> of <job> ended as <state>. See: {look}"'
    paths = {**_PATHS, "state": "$.detail.state"}
    says = f"Tells of runs of {job.name} that fail"
    return _rule(estate, job, "failed", _glue("Glue Job State Change", detail), says, paths, text)


def costly(estate: Estate, job: GlueJob) -> Resource:
    """The topic is told of each run that takes longer than all its workers take for `dpu_hours`."""
    detail = {"jobName": [job.name]}
    text = (
        f'"The run <run> of <job> goes on, and may have taken more than {job.settings.dpu_hours:g} DPU-hours by now.'
        f' See: mesh-etl cost {job.products[0]} --env {estate.env}"'
    )
    says = f"Tells of runs of {job.name} that take more DPU-hours than foreseen"
    return _rule(estate, job, "cost", _glue("Glue Job Run Status", detail), says, _PATHS, text)


def succeeded(estate: Estate, job: GlueJob) -> Resource:
    """Each run of the job that succeeds is counted, for the alarm that says when none did."""
    detail = {"jobName": [job.name], "state": ["SUCCEEDED"]}
    properties = {
        "Name": rule_of(job, "done"),
        "Description": f"Counts runs of {job.name} that succeed"[:512],
        "EventPattern": _glue("Glue Job State Change", detail),
        "State": "ENABLED",
        "Tags": tag_list(estate, job),
    }
    return Resource("AWS::Events::Rule", properties)


def told(project: Project, estate: Estate) -> dict[str, Resource]:
    """The topic is told what the mesh tells of the unit's products: that data was refused, that a version is late.

    Nothing in a mesh without a bus, and for the governance account, which has no products.
    """
    bus = heard_on(project, estate.account.id, estate.account.region)
    if bus is None or estate.unit == CENTRE:
        return {}
    look = f"See: mesh-etl logs <product> --env {estate.env} --errors"
    refused = f'"Data of <product> was refused; its table stands as it was. {look}"'
    late = f'"<product> has had no new version for too long. {look}"'
    return {
        "QualityRule": _heard(project, estate, bus.name, ("quality", "QualityFailed"), refused),
        "LateRule": _heard(project, estate, bus.name, ("late", "DataProductLate"), late),
    }


def _heard(project: Project, estate: Estate, bus: str, named: tuple[str, str], text: str) -> Resource:
    purpose, event = named
    properties = {
        "Name": names.rule(estate.stack, "", purpose),
        "Description": f"Tells what is said of {estate.unit}: {event}",
        "EventBusName": bus,
        "EventPattern": {
            "source": [SOURCE],
            "detail-type": [event],
            "detail": {"mesh": [project.mesh.name], "product": [{"prefix": f"{estate.unit}."}]},
        },
        "State": "ENABLED",
        "Targets": [_target(estate, {"product": "$.detail.product"}, text)],
        "Tags": tag_list(estate),
    }
    return Resource("AWS::Events::Rule", properties)


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
    return {"Id": "topic", "Arn": topic_arn(estate), "InputTransformer": transformer}
