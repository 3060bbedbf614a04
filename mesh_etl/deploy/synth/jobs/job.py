"""One Glue job as CloudFormation takes it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-job.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.config.deployment.times import minutes
from mesh_etl.deploy import names
from mesh_etl.deploy.places import place
from mesh_etl.deploy.synth.jobs.arguments import arguments, fixed
from mesh_etl.deploy.synth.tags import tags_of
from mesh_etl.deploy.synth.template import Resource
from mesh_etl.deploy.workers import minutes_of
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.deploy.package.bundle import Bundle

SAYS = {
    "run": "Makes {products}",
    "stream": "Makes {products}, again and again",
    "maintain": "Keeps the tables of {unit} in shape",
    "audit": "Holds the tables of {unit} against ledger, files and catalogue",
    "govern": "Holds what the accounts hold against the mesh",
}


def job(project: Project, estate: Estate, bundle: Bundle, one: GlueJob, *, by_machine: bool = False) -> Resource:
    """The Glue job; one that a state machine runs is tried again by that alone.

    Raises `ConfigError`: GLUE_AUTO, ARGUMENTS_TOO_LARGE.
    """
    settings, retries = one.settings, 0 if by_machine else one.settings.retries
    if settings.glue_version == "auto":  # the schema of AWS::Glue::Job wants digits and dots
        fix = "state a version, such as 5.1; a new one is then a deploy of its own"
        problem = "CloudFormation takes no glue_version: auto"
        raise ConfigError(Fault("GLUE_AUTO", problem, place(project, one, "glue_version"), fix))
    streams = one.task == "stream"
    properties: dict[str, Any] = {
        "Name": one.name,
        "Description": SAYS[one.task].format(products=", ".join(one.products), unit=estate.unit),
        "Role": estate.role.arn,
        "Command": {
            "Name": "gluestreaming" if streams else "glueetl",
            "PythonVersion": "3",
            "ScriptLocation": bundle.script(one),
        },
        "GlueVersion": settings.glue_version,
        "WorkerType": settings.worker_type,
        "NumberOfWorkers": settings.workers,
        "ExecutionClass": None if streams else settings.execution.upper(),
        "MaxRetries": retries,
        "Timeout": _timeout(one),
        "ExecutionProperty": {"MaxConcurrentRuns": settings.concurrent_runs},
        # A run that finds no room waits, in place of failing: Glue does so only for jobs that it does not retry.
        "JobRunQueuingEnabled": True if retries == 0 and not streams else None,
        "NotificationProperty": _told(one),
        "SecurityConfiguration": names.security(estate.stack),
        "Connections": {"Connections": list(settings.connections)} if settings.connections else None,
        "DefaultArguments": arguments(estate, bundle, one),
        "NonOverridableArguments": fixed(bundle, one),
        "Tags": dict(sorted(tags_of(estate, one).items())),
    }
    return Resource("AWS::Glue::Job", properties)


def _timeout(one: GlueJob) -> int | None:
    """Minutes; what goes on until it is stopped has an end only where one is stated."""
    if one.task == "stream" and "timeout" not in one.settings.model_fields_set:
        return None
    return minutes(one.settings.timeout)


def _told(one: GlueJob) -> dict[str, int] | None:
    """After how many minutes Glue tells that a run goes on: when all workers together have taken `dpu_hours`."""
    settings = one.settings
    if settings.dpu_hours is None:
        return None
    return {"NotifyDelayAfter": minutes_of(settings.dpu_hours, settings.worker_type, settings.workers)}
