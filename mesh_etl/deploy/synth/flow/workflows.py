"""Flows as workflows of Glue: a start trigger, and a conditional trigger for each product that follows.

A workflow has one start trigger, and what follows in it fires only for jobs that it started itself; so each flow is a
workflow of its own.
Source: https://docs.aws.amazon.com/glue/latest/dg/blueprint_workflow_restrictions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.config.deployment.start import OnDemand, OnFiles, OnSchedule
from mesh_etl.config.deployment.times import duration
from mesh_etl.config.product_name import table_of
from mesh_etl.deploy import names
from mesh_etl.deploy.places import place
from mesh_etl.deploy.synth.flow import cron
from mesh_etl.deploy.synth.flow.rules import starting
from mesh_etl.deploy.synth.limits import CONDITIONS, STEPS
from mesh_etl.deploy.synth.tags import tags_of
from mesh_etl.deploy.synth.template import Resource, logical
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.synth.flow.flows import Flow, Step


def workflow(project: Project, estate: Estate, flow: Flow) -> dict[str, Resource]:
    """The workflow of the flow, with its triggers and the rule that starts it, if one does.

    Raises `ConfigError`: FLOW_TOO_LARGE, STATES_WITH_ALL, the faults of a schedule, and what `starting` does.
    """
    name = flow.workflow(estate.stack)
    product, kind = table_of(flow.name), name.rpartition("-")[2]
    head = estate.maker(flow.name)
    _check(project, estate, flow)
    tags = dict(sorted(tags_of(estate, head).items()))
    flow_id, start_id = logical(product, kind, "workflow"), logical(product, kind, "start")
    single = isinstance(flow.start, OnSchedule | OnDemand)
    made = {
        flow_id: Resource(
            "AWS::Glue::Workflow",
            {
                "Name": name,
                "Description": f"Makes {flow.name}" + (" and what follows it" if flow.steps else ""),
                # An event that finds no room would be lost; a schedule or a person comes again.
                "MaxConcurrentRuns": 1 if single else None,
                "Tags": tags,
            },
        ),
        start_id: Resource(
            "AWS::Glue::Trigger",
            {
                "Name": f"{name}-start",
                "WorkflowName": name,
                "Actions": [{"JobName": _job(estate, one), "Arguments": flow.arguments or None} for one in flow.heads],
                "Tags": tags,
                **_start(project, estate, flow),
            },
            after=(flow_id,),
        ),
    }
    before = start_id  # one after another: Glue refuses triggers that enter a workflow at the same time
    for step in flow.steps:
        named = logical(product, kind, "then", table_of(step.product), "trigger")
        made[named] = _then(estate, name, step, before)
        before = named
    if not single:
        made |= starting(project, estate, flow, estate.account.arn("glue", f"workflow/{name}"))
    return made


def _check(project: Project, estate: Estate, flow: Flow) -> None:
    """A workflow has room for the flow, and a trigger can wait for what each of its products comes after."""
    size = len(flow.heads) + 2 * len(flow.steps) + 1
    if size > STEPS or any(len(step.after) > CONDITIONS for step in flow.steps):
        fix = "let some of them start by the clock, or use orchestration: step_functions"
        problem = f"what follows '{flow.name}' makes a workflow of {size} jobs and triggers, of {STEPS}"
        raise ConfigError(Fault("FLOW_TOO_LARGE", problem, place(project, estate.maker(flow.name), "start"), fix))
    for step in flow.steps:
        if step.when == "all" and len(step.after) > 1 and len(step.states) > 1:  # Glue has no OR within an AND
            where = place(project, estate.maker(step.product), "start")
            fix = "ask for one state, or use orchestration: step_functions"
            problem = f"a trigger cannot wait for all of several jobs, each in one of {len(step.states)} states"
            raise ConfigError(Fault("STATES_WITH_ALL", problem, where, fix))


def _start(project: Project, estate: Estate, flow: Flow) -> dict[str, Any]:
    start = flow.start
    if isinstance(start, OnDemand):
        return {"Type": "ON_DEMAND"}
    if isinstance(start, OnSchedule):
        if fault := cron.fault_of(start.at, place(project, estate.maker(flow.name), "start")):
            raise ConfigError(fault)
        return {"Type": "SCHEDULED", "Schedule": start.at, "StartOnCreation": True}
    batch, window = (start.batch, start.window) if isinstance(start, OnFiles) else (1, "1s")
    seconds = min(900, int(duration(window).total_seconds()))
    return {"Type": "EVENT", "EventBatchingCondition": {"BatchSize": batch, "BatchWindow": seconds}}


def _then(estate: Estate, name: str, step: Step, before: str) -> Resource:
    """The trigger that starts a product as soon as those before it have ended as it asks."""
    conditions = [
        {"LogicalOperator": "EQUALS", "JobName": _job(estate, one), "State": state}
        for one in step.after
        for state in step.states
    ]
    logical_of = "AND" if step.when == "all" and len(step.after) > 1 else "ANY"
    properties = {
        "Name": names.following(name, table_of(step.product)),
        "WorkflowName": name,
        "Type": "CONDITIONAL",
        "StartOnCreation": True,
        "Predicate": {"Logical": logical_of, "Conditions": conditions},
        "Actions": [{"JobName": _job(estate, step.product)}],
        "Tags": dict(sorted(tags_of(estate, estate.maker(step.product)).items())),
    }
    return Resource("AWS::Glue::Trigger", properties, after=(before,))


def _job(estate: Estate, product: str) -> str:
    return estate.maker(product).name
