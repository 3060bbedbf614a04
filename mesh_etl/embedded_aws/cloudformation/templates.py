"""Templates as CloudFormation reads them, and refuses them before anything else.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws import s3
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.embedded_aws.operations import Body, Call

INLINE, IN_S3, RESOURCES = 51_200, 1_000_000, 500
ATTRIBUTES = {
    "Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata", "Condition",
    "CreationPolicy", "UpdatePolicy",
}  # fmt: skip
POLICIES = {"DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate"), "UpdateReplacePolicy": ("Delete", "Retain")}


def template(call: Call, parameters: Body) -> Body:
    """The template that TemplateBody or TemplateURL gives. Raises `Refusal`, a ValidationError, in AWS's words."""
    text = _text(call, parameters)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise refused("Template format error: JSON not well-formed.") from error
    resources = found.get("Resources") if isinstance(found, dict) else None
    if not resources:
        raise refused("Template format error: At least one Resources member must be defined.")
    if len(resources) > RESOURCES:
        words = f"Number of resources, {len(resources)}, is greater than maximum allowed, {RESOURCES}"
        raise refused(f"Template format error: {words}")
    for logical, one in resources.items():
        _well_formed(logical, one)
    ordered(resources)
    return dict(found)


def ordered(resources: Body) -> list[str]:
    """The logical ids, each after those that it names. Raises `Refusal` for what is not there, and for circles."""
    needs = {logical: set(_named(one)) for logical, one in resources.items()}
    if unknown := sorted(set().union(*needs.values()) - resources.keys()):
        words = f"Unresolved resource dependencies [{', '.join(unknown)}] in the Resources block of the template"
        raise refused(f"Template format error: {words}")
    found: list[str] = []
    while len(found) < len(needs):
        free = [logical for logical in needs if logical not in found and needs[logical] <= set(found)]
        if not free:
            raise refused(f"Circular dependency between resources: [{', '.join(sorted(needs.keys() - set(found)))}]")
        found += free
    return found


def _text(call: Call, parameters: Body) -> str:
    if "TemplateBody" in parameters:
        body = str(parameters["TemplateBody"])
        if len(body.encode()) > INLINE:
            what = f"Member must have length less than or equal to {INLINE}"
            raise refused(f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: {what}")
        return body
    address = str(parameters["TemplateURL"])
    bucket, _, key = address.removeprefix("https://").partition("/")
    if not address.startswith("https://") or f".s3.{call.region}.amazonaws.com" not in bucket:
        raise refused(f"TemplateURL must be a supported URL: {address}")
    data = s3.content(call, bucket.partition(".s3.")[0], key)
    if data is None:
        raise refused("S3 error: Access Denied")  # what S3 says of a key that is not there
    if len(data) > IN_S3:
        raise refused(f"Template may not exceed {IN_S3} bytes in size.")
    return data.decode()


def _well_formed(logical: str, one: Any) -> None:
    if not (logical.isascii() and logical.isalnum()):
        raise refused(f"Template format error: Resource name {logical} is non alphanumeric.")
    if not isinstance(one, dict) or "Type" not in one:
        raise refused(
            f"Template format error: [/Resources/{logical}] Every Resources object must contain a Type member."
        )
    if unknown := sorted(one.keys() - ATTRIBUTES):
        raise refused(f"Invalid template resource property '{unknown[0]}'")
    for policy, known in POLICIES.items():
        if one.get(policy, "Delete") not in known:
            raise refused(f"Template format error: Unrecognized {policy} {one[policy]} for resource {logical}")
    if one["Type"] == NESTED and "TemplateURL" not in one.get("Properties", {}):
        raise refused("Template error: a nested stack has no TemplateURL")


def _named(one: Body) -> Iterator[str]:
    """The logical ids that a resource names by DependsOn, Ref or Fn::GetAtt."""
    after = one.get("DependsOn", [])
    yield from [after] if isinstance(after, str) else after
    yield from _referred(one.get("Properties", {}))


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _referred(item)
        return
    if not isinstance(value, dict):
        return
    if value.keys() == {"Ref"} and not str(value["Ref"]).startswith("AWS::"):
        yield value["Ref"]
    elif value.keys() == {"Fn::GetAtt"}:
        of = value["Fn::GetAtt"]
        yield of.partition(".")[0] if isinstance(of, str) else of[0]
    else:
        for item in value.values():
            yield from _referred(item)
