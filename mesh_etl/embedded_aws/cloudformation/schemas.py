"""What CloudFormation knows of the types of resources: their properties, and which of them are final.

`schemas.json` has it from AWS's own schemas, by `scripts/resource_schemas.py`. Another value of a final property makes
another resource.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.embedded_aws.operations import Body

# The path of the property by which a template itself can name a resource.
NAMED_BY = {
    "AWS::Budgets::Budget": "Budget/BudgetName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Config::ConfigRule": "ConfigRuleName",
    "AWS::Events::Rule": "Name",
    "AWS::Glue::Crawler": "Name",
    "AWS::Glue::Database": "DatabaseInput/Name",
    "AWS::Glue::Job": "Name",
    "AWS::Glue::SecurityConfiguration": "Name",
    "AWS::Glue::Trigger": "Name",
    "AWS::Glue::Workflow": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SNS::Topic": "TopicName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}


def name_of(body: Body) -> str:
    """The name that a template gives the resource, or nothing where its service chooses one."""
    properties = body.get("Properties", {})
    name = _at(properties, NAMED_BY.get(body["Type"], ""))
    return name if isinstance(name, str) else ""


def problems(body: Body) -> Iterator[str]:
    """What the schema of its type says against a resource, in CloudFormation's words."""
    known, given = _schema(body["Type"]), body.get("Properties", {})
    for name in sorted(given.keys() - set(known["properties"])):
        yield f"#: extraneous key [{name}] is not permitted"
    for name in known["required"]:
        if name not in given:
            yield f"#: required key [{name}] not found"


def replaces(before: Body, after: Body) -> bool:
    """Whether the change makes another resource of it."""
    if before["Type"] != after["Type"]:
        return True
    was, will = before.get("Properties", {}), after.get("Properties", {})
    return any(_at(was, path) != _at(will, path) for path in _schema(before["Type"])["final"])


def bears_tags(body: Body) -> bool:
    """Whether the tags of its stack are put on the resource as well."""
    return "Tags" in _schema(body["Type"])["properties"]


def _at(properties: Any, path: str) -> Any:
    for part in path.split("/"):
        properties = properties.get(part) if isinstance(properties, dict) else None
    return properties


def _schema(kind: str) -> dict[str, list[str]]:
    known = _schemas().get(kind)
    if known is None:
        raise NotImplementedByEmbeddedAws(what=f"resources of the type {kind}")
    return known


@cache
def _schemas() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(Path(__file__).with_name("schemas.json").read_text())
    return found
