"""What CloudFormation asks for, with the rights of whoever deploys, to make, read, change and remove stacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate
from mesh_etl.deploy.synth.stack import synthesized
from mesh_etl.deploy.synth.template import Resource
from tests.security.deployed.calls import Call, filled
from tests.unit.deploy.synth.meshes import bundle_of

STATED = yaml.safe_load(Path(__file__).with_name("stacks.yaml").read_text())


def stack_calls(project: Project, unit: Estate) -> frozenset[Call]:
    """The calls for all resources of the unit. Raises `KeyError` for a type that `stacks.yaml` does not have."""
    stack = synthesized(project, unit, bundle_of(unit))
    known = {"Region": unit.account.region, "Account": unit.account.id, "Stack": unit.stack, "Mesh": unit.mesh}
    known |= {"Unit": unit.unit, "Environment": unit.env}
    known |= {"Key": f"arn:aws:kms:{unit.account.region}:{unit.account.id}:key/1"}
    return frozenset(
        call
        for template in (stack.base, *stack.templates)
        for logical, resource in template.resources.items()
        for call in _asked(resource, {**known, "Logical": logical})
    )


def _asked(resource: Resource, known: dict[str, Any]) -> Iterator[Call]:
    known |= _named(resource, known)
    for stated in STATED[resource.type]:
        context = {key: filled(value, known) for key, value in stated.get("context", {}).items()}
        for action in stated["actions"]:
            yield Call(f"{stated['service']}:{action}", filled(stated["resource"], known), context)
    for target in resource.properties.get("Targets", ()):
        if "RoleArn" in target:  # a rule hands its role to EventBridge
            yield Call("iam:PassRole", target["RoleArn"], {"iam:PassedToService": "events.amazonaws.com"})


def _named(resource: Resource, known: dict[str, Any]) -> dict[str, Any]:
    """The texts among the properties, and what a resource is called by several of them."""
    found = {name: value for name, value in resource.properties.items() if isinstance(value, str)}
    if resource.type == "AWS::IAM::Role":
        found["RoleArn"] = f"arn:aws:iam::{known['Account']}:role{found['Path']}{found['RoleName']}"
    if resource.type == "AWS::Logs::LogGroup":
        found["OfRole"] = found["LogGroupName"].removeprefix(f"/aws-glue/jobs/{known['Stack']}/")
    if resource.type == "AWS::Glue::Database":
        found["Database"] = resource.properties["DatabaseInput"]["Name"]
    if resource.type == "AWS::Events::Rule":
        bus = found.get("EventBusName", "default").rpartition("/")[2]
        found["Rule"] = found["Name"] if bus == "default" else f"{bus}/{found['Name']}"
    if resource.type == "AWS::S3::BucketPolicy" and "Bucket" not in found:
        found["Bucket"] = f"{known['Stack']}-{known['Account']}-artifacts"
    return found
