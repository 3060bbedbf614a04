"""The rules of EventBridge that start a flow: files that come, and products of other domains that are published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import table_of
from mesh_etl.deploy import names
from mesh_etl.deploy.forwarding import forwarder, forwards, heard_on, mesh_bus
from mesh_etl.deploy.places import place
from mesh_etl.deploy.synth.flow.flows import Flow, Published
from mesh_etl.deploy.synth.places import prefixes
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource, logical
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.events.emit import SOURCE

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate


def starting(project: Project, estate: Estate, flow: Flow, target: str) -> dict[str, Resource]:
    """The rule that starts `target`, a workflow or a state machine by its ARN, as the events of the flow's start come.

    Raises `ConfigError`: NO_FOLDER_TO_WATCH, STARTS_ITSELF.
    """
    product = table_of(flow.name)
    role = f"arn:aws:iam::{estate.account.id}:role/{names.role(estate.stack, names.STARTS)}"
    if isinstance(flow.start, Published):
        bus = heard_on(project, estate.account.id, estate.account.region)
        assert bus is not None, "waits() has looked"
        pattern, on, purpose = published(project, flow.start.products), bus.name, "start"
        says = f"Starts {flow.name} when {', '.join(flow.start.products)} is published"
    else:
        pattern, on, purpose = _files(project, estate, flow), "default", "arrival"  # on another bus, another rule
        says = f"Starts {flow.name} when files come"
    properties = {
        "Name": names.rule(estate.stack, product, purpose),
        "Description": says[:512],
        "EventBusName": on,
        "EventPattern": pattern,
        "State": "ENABLED",
        "Targets": [{"Id": "flow", "Arn": target, "RoleArn": role}],
        "Tags": tag_list(estate, estate.maker(flow.name)),
    }
    return {logical(product, purpose, "rule"): Resource("AWS::Events::Rule", properties)}


def published(project: Project, products: tuple[str, ...]) -> dict[str, Any]:
    """The events that one of the products has been published."""
    detail = {"mesh": [project.mesh.name], "product": list(products)}
    return {"source": [SOURCE], "detail-type": ["DataProductPublished"], "detail": detail}


def passed_on(project: Project, estate: Estate) -> dict[str, Resource]:
    """The rules by which the governance account passes on to the accounts of the domains what products tell.

    What is published starts flows there. The others start nothing of ours: they are for rules that a domain adds to its
    default bus itself, as where a consumer waits for a product that is late.
    """
    bus, role = mesh_bus(project), forwarder(project)
    if bus is None:
        return {}
    pattern = {
        "source": [SOURCE],
        "detail-type": ["ContractChanged", "DataProductLate", "DataProductPublished", "QualityFailed"],
        "detail": {"mesh": [project.mesh.name]},
    }
    return {
        logical("to", one.account, one.region.replace("-", "_"), "rule"): Resource(
            "AWS::Events::Rule",
            {
                "Name": names.rule(estate.stack, f"to-{one.account}-{one.region}", "events"),
                "Description": f"Passes what the mesh tells on to the account {one.account}",
                "EventBusName": bus.name,
                "EventPattern": pattern,
                "State": "ENABLED",
                "Targets": [{"Id": "bus", "Arn": one.arn, "RoleArn": role}],
                "Tags": tag_list(estate),
            },
        )
        for one in forwards(project)
    }


def let_in(project: Project, estate: Estate) -> dict[str, Resource]:
    """The policy of the account's default bus that lets the governance account put the events of the mesh on it."""
    bus = heard_on(project, estate.account.id, estate.account.region)
    if bus is None or bus not in forwards(project):
        return {}
    role = forwarder(project)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{str(role).split(':')[4]}:root"},  # a role that is not there yet is refused
        "Action": "events:PutEvents",
        "Resource": bus.arn,
        "Condition": {"StringEquals": {"events:source": SOURCE}, "ArnEquals": {"aws:PrincipalArn": role}},
    }
    properties = {"EventBusName": bus.name, "StatementId": names.fitted(f"{estate.stack}-mesh", 64)}
    return {"MeshEventsPolicy": Resource("AWS::Events::EventBusPolicy", {**properties, "Statement": statement})}


def _files(project: Project, estate: Estate, flow: Flow) -> dict[str, Any]:
    """The events of S3 that a file came where the source reads.

    The bucket must send its events to EventBridge, and be of the unit's account and region.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    """
    loaded, where = project.job(flow.name), place(project, estate.maker(flow.name), "start")
    found = prefixes(loaded.job.source)
    if not found:
        fix = "read from an s3:// address, or let it start by the clock"
        raise ConfigError(Fault("NO_FOLDER_TO_WATCH", f"no files in S3 come for '{flow.name}'", where, fix))
    own = f"{loaded.table_root}/"
    if any(own.startswith(f"s3://{one.bucket}/{one.prefix}") for one in found):
        fix = "keep the table apart from what the source reads"
        problem = f"the files of '{flow.name}' itself would start it again and again"
        raise ConfigError(Fault("STARTS_ITSELF", problem, where, fix))
    places = [
        {"bucket": {"name": [one.bucket]}, **({"object": {"key": [{"prefix": one.prefix}]}} if one.prefix else {})}
        for one in found
    ]
    detail = places[0] if len(places) == 1 else {"$or": places}
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
