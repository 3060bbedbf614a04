"""The roles of services that work for a unit: crawlers, rules that start something, and its state machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config.deployment.start import OnDemand, OnSchedule
from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.forwarding import forwards, mesh_bus
from mesh_etl.deploy.synth import keys
from mesh_etl.deploy.synth.access.job_role import LOGS
from mesh_etl.deploy.synth.access.roles import role, taken_by
from mesh_etl.deploy.synth.access.sources import reading, reads
from mesh_etl.deploy.synth.flow.flows import flows
from mesh_etl.govern.policies.documents import Statement, allow
from mesh_etl.govern.policies.personas import entries

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.synth.template import Resource

ENTERS = [
    "glue:BatchCreatePartition", "glue:BatchGetPartition", "glue:BatchUpdatePartition", "glue:CreatePartition",
    "glue:CreateTable", "glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable",
    "glue:GetTables", "glue:UpdatePartition", "glue:UpdateTable",
]  # fmt: skip


def of_services(project: Project, estate: Estate) -> dict[str, Resource]:
    """The roles that the unit's orchestration and crawlers need, by logical id."""
    return {**_crawlers(project, estate), **_starts(project, estate), **_flow(project, estate)}


def _crawlers(project: Project, estate: Estate) -> dict[str, Resource]:
    """Crawlers read the sources that a job lets them look at, and enter what they find in a database of their own."""
    asked = [job.product for job in estate.jobs if job.product and job.settings.crawler is not None]
    if not asked:
        return {}
    account = estate.account
    group = account.arn("logs", f"log-group:{names.crawler_logs(estate.stack)}")
    statements = [
        *reading(reads(project.job(one) for one in asked), account),
        allow("Enter", ENTERS, entries(account, [names.crawled(estate.stack)])),
        allow("Logs", LOGS, [group, f"{group}:*"]),
        keys.named("LogsKey", keys.BOOKMARKS, account, [names.alias(estate.stack)]),
    ]
    trust = taken_by(estate, "glue.amazonaws.com", [account.arn("glue", f"crawler/{names.inside(estate.stack)}*")])
    return role(estate, "crawlers", names.role(estate.stack, names.CRAWLERS), trust, statements, "Crawls sources")


def _starts(project: Project, estate: Estate) -> dict[str, Resource]:
    """Rules of EventBridge start the unit's flows, and in the governance account pass the mesh's events on.

    Source: https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html
    """
    if estate.unit == CENTRE:
        buses = [one.arn for one in forwards(project)]
        does = [allow("PassOn", ["events:PutEvents"], buses)] if buses else []
    else:
        does = _started(project, estate)
    if not does:
        return {}
    trust = taken_by(estate, "events.amazonaws.com", _rules(project, estate))
    return role(estate, "starts", names.role(estate.stack, names.STARTS), trust, does, "Starts what events ask for")


def _started(project: Project, estate: Estate) -> list[Statement]:
    """The right to start each flow that a rule starts: Glue's triggers see to those that begin by the clock."""
    account, stack = estate.account, estate.stack
    every = [one for one in flows(project, estate) if not isinstance(one.start, OnDemand)]
    if estate.settings.orchestration == "step_functions":
        machines = [account.arn("states", f"stateMachine:{one.machine(stack)}") for one in every]
        return [allow("Machines", ["states:StartExecution"], machines)] if machines else []
    by_events = [one for one in every if not isinstance(one.start, OnSchedule)]
    workflows = [account.arn("glue", f"workflow/{one.workflow(stack)}") for one in by_events]
    return [allow("Workflows", ["glue:notifyEvent"], workflows)] if workflows else []


def _rules(project: Project, estate: Estate) -> list[str]:
    """The rules that take the role, by ARN: of another bus than the default one, with its name before theirs."""
    bus = mesh_bus(project)
    buses = ["", *([f"{bus.name}/"] if bus is not None else [])]
    return [estate.account.arn("events", f"rule/{one}{names.inside(estate.stack)}*") for one in buses]


def _flow(project: Project, estate: Estate) -> dict[str, Resource]:
    """State machines run the unit's own jobs, wait for them, and say where one failed.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
    """
    account, found = estate.account, flows(project, estate) if estate.unit != CENTRE else ()
    if estate.settings.orchestration == "triggers" or not found:
        return {}
    jobs = [account.arn("glue", f"job/{one.name}") for one in estate.jobs if one.product]
    runs = ["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"]
    statements: list[Statement] = [allow("Jobs", runs, jobs), *_telling(estate)]
    machines = [account.arn("states", f"stateMachine:{one.machine(estate.stack)}") for one in found]
    trust = taken_by(estate, "states.amazonaws.com", machines)
    return role(estate, "flow", names.role(estate.stack, names.FLOW), trust, statements, "Runs jobs in their order")


def _telling(estate: Estate) -> list[Statement]:
    """The right to tell the topic of alarms, and to its key where the topic is ours."""
    told = [allow("Tell", ["sns:Publish"], [estate.topic])]
    if estate.settings.alarms.topic is None:
        told.append(keys.named("TopicKey", keys.WRITE, estate.account, [names.alias(estate.stack)]))
    return told
