"""Flows as state machines of Step Functions, in place of workflows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.start import OnDemand, OnFiles, OnSchedule
from mesh_etl.config.product_name import table_of
from mesh_etl.deploy import names
from mesh_etl.deploy.places import place
from mesh_etl.deploy.synth.flow import cron
from mesh_etl.deploy.synth.flow.rules import starting
from mesh_etl.deploy.synth.flow.states import definition
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource, logical
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.synth.flow.flows import Flow


def machine(project: Project, estate: Estate, flow: Flow) -> dict[str, Resource]:
    """The state machine of the flow, and the rule that starts it, if one does.

    Raises `ConfigError`: BATCH_OF_FILES, the faults of a schedule, and what `starting` does.
    """
    name, product = flow.machine(estate.stack), table_of(flow.name)
    head = estate.maker(flow.name)
    start, where = flow.start, place(project, head, "start")
    if isinstance(start, OnFiles) and start.batch > 1:
        fix = "leave the batch out, or use orchestration: triggers"
        raise ConfigError(Fault("BATCH_OF_FILES", "a state machine starts with each file that comes", where, fix))
    jobs = {one: estate.maker(one) for one in flow.products}
    role = f"arn:aws:iam::{estate.account.id}:role/"
    arn = estate.account.arn("states", f"stateMachine:{name}")
    text = json.dumps(definition(flow, jobs, estate.topic), separators=(",", ":"))
    made = {
        logical(product, "machine"): Resource(
            "AWS::StepFunctions::StateMachine",
            {
                "StateMachineName": name,
                "StateMachineType": "STANDARD",
                "RoleArn": f"{role}{names.role(estate.stack, names.FLOW)}",
                "DefinitionString": text,
                "TracingConfiguration": {"Enabled": False},
                "Tags": tag_list(estate, head),
            },
        )
    }
    if isinstance(start, OnDemand):
        return made
    if not isinstance(start, OnSchedule):
        return made | starting(project, estate, flow, arn)
    if not start.at.startswith("rate(") and (fault := cron.fault_of(start.at, where)):
        raise ConfigError(fault)
    properties = {
        "Name": names.rule(estate.stack, product, "clock"),
        "Description": f"Starts {flow.name} by the clock",
        "ScheduleExpression": start.at,
        "State": "ENABLED",
        "Targets": [{"Id": "flow", "Arn": arn, "RoleArn": f"{role}{names.role(estate.stack, names.STARTS)}"}],
        "Tags": tag_list(estate, head),
    }
    return made | {logical(product, "clock", "rule"): Resource("AWS::Events::Rule", properties)}
