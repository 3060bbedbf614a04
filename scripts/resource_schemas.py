"""What CloudFormation's own schemas say of the resources that templates have, as cfn-lint ships them.

    .venv/test/bin/python scripts/resource_schemas.py > mesh_etl/embedded_aws/cloudformation/schemas.json

A test says when AWS's schemas have moved on, or when templates have a type that is not here.
"""

from __future__ import annotations

import json
import sys

REGION = "eu-west-1"
TYPES = (
    "AWS::Budgets::Budget", "AWS::CloudFormation::Stack", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard",
    "AWS::Config::ConfigRule", "AWS::Events::EventBusPolicy", "AWS::Events::Rule", "AWS::Glue::Crawler",
    "AWS::Glue::Database", "AWS::Glue::Job", "AWS::Glue::SecurityConfiguration", "AWS::Glue::Trigger",
    "AWS::Glue::Workflow", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::KMS::Alias", "AWS::KMS::Key",
    "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy", "AWS::StepFunctions::StateMachine",
)  # fmt: skip


def schemas() -> dict[str, dict[str, list[str]]]:
    """Of each type its properties, those that are required, and the paths whose change makes another resource."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    found = {}
    for kind in TYPES:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
        read_only = {path.rpartition("/")[2] for path in schema.get("readOnlyProperties", ()) if path.count("/") == 2}
        final = (*schema.get("createOnlyProperties", ()), *schema.get("conditionalCreateOnlyProperties", ()))
        found[kind] = {
            "final": sorted(path.removeprefix("/properties/") for path in final),
            "properties": sorted(set(schema["properties"]) - read_only),
            "required": sorted(schema.get("required", ())),
        }
    return found


if __name__ == "__main__":
    json.dump(schemas(), sys.stdout, indent=1, sort_keys=True)
    print()
