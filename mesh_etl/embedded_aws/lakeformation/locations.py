"""Places in S3 that Lake Formation looks after: who registers one says by which role its data is read.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/register-data-lake.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, exists, invalid, missing
from mesh_etl.embedded_aws.lakeformation.settings import refuse_unless_steward
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCATION = "lakeformation.location"
MOST = 1000
PREFIX = "arn:aws:s3:::"
SERVICE_ROLE = "role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess"
FLAGS = ("WithFederation", "HybridAccessEnabled", "ExpectedResourceOwnerAccount")
FIELDS = {"RESOURCE_ARN": "ResourceArn", "ROLE_ARN": "RoleArn"}
TESTS: dict[str, Callable[[str, list[str]], bool]] = {
    "EQ": lambda value, given: value == given[0],
    "NE": lambda value, given: value != given[0],
    "CONTAINS": lambda value, given: given[0] in value,
    "NOT_CONTAINS": lambda value, given: given[0] not in value,
    "BEGINS_WITH": lambda value, given: value.startswith(given[0]),
    "IN": lambda value, given: value in given,
}


@operation(
    "lakeformation.RegisterResource",
    "ResourceArn", "UseServiceLinkedRole", "RoleArn", "WithPrivilegedAccess", *FLAGS, writes=True,
)  # fmt: skip
def register_resource(call: Call) -> Body:
    """The place is registered; refused when it is already, and without exactly one of a role and the service's own."""
    refuse_unless_steward(call)
    arn = _place(call)
    if bool(call.get("RoleArn")) == bool(call.get("UseServiceLinkedRole")):
        raise invalid("Either RoleArn or UseServiceLinkedRole is required.")
    if records.get(call, LOCATION, arn):
        raise exists("Resource")
    role = call.get("RoleArn") or f"arn:aws:iam::{call.account}:{SERVICE_ROLE}"
    records.put(call, LOCATION, arn, {**_flags(call), "ResourceArn": arn, "RoleArn": role, "LastModified": call.now})
    return {}


@operation("lakeformation.UpdateResource", "ResourceArn", "RoleArn", *FLAGS, writes=True)
def update_resource(call: Call) -> Body:
    """The place is read by the new role."""
    refuse_unless_steward(call)
    found = _require(call)
    body = {**found, **_flags(call), "RoleArn": call["RoleArn"], "LastModified": call.now}
    records.put(call, LOCATION, found["ResourceArn"], body)
    return {}


@operation("lakeformation.DeregisterResource", "ResourceArn", writes=True)
def deregister_resource(call: Call) -> Body:
    """The place is not looked after any more; what was granted on it stays."""
    refuse_unless_steward(call)
    records.drop(call, LOCATION, _require(call)["ResourceArn"])
    return {}


@operation("lakeformation.DescribeResource", "ResourceArn")
def describe_resource(call: Call) -> Body:
    """The place and its role. Roles are not looked up here, so that each counts as verified."""
    return {"ResourceInfo": _shown(_require(call))}


@operation("lakeformation.ListResources", "FilterConditionList", "MaxResults", "NextToken")
def list_resources(call: Call) -> Body:
    """The registered places that meet all conditions, by ARN, in pages."""
    rows = [
        (arn, _shown(body))
        for arn, body in records.named(call, LOCATION)
        if all(_meets(body, condition) for condition in call.get("FilterConditionList", ()))
    ]
    return paged(call, "ResourceInfoList", rows, MOST)


def covering(call: Call, catalog: str, location: str) -> list[str]:
    """The ARN of a location and those of all places around it, where one of these is registered; otherwise none.

    `location` is an address (`s3://`, `file://`) or an ARN. What lies on this machine counts as a bucket `local`.
    """
    around = list(_around(location))
    return around if any(records.get(call, LOCATION, arn, catalog) for arn in around) else []


def arn_of(location: str) -> str:
    """The ARN of an address; an ARN stays what it is, but for a slash at its end."""
    if location.startswith("arn:"):
        return location.rstrip("/")
    parts = urlsplit(location)
    bucket = "local" if parts.scheme in ("", "file") else parts.netloc
    return f"{PREFIX}{bucket}/{parts.path.strip('/')}".rstrip("/")


def _around(location: str) -> Iterator[str]:
    arn = arn_of(location)
    while True:
        yield arn
        outer, slash, _ = arn.rpartition("/")
        if not slash:
            return
        arn = outer


def _place(call: Call) -> str:
    arn = str(call["ResourceArn"])
    if not arn.startswith(PREFIX) or len(arn) == len(PREFIX):
        raise invalid("A resource is named by the ARN of a bucket or of a path in it.")
    return arn.rstrip("/")


def _require(call: Call) -> Body:
    found = records.get(call, LOCATION, _place(call))
    if found is None:
        raise missing("Resource")
    return found


def _shown(body: Body) -> Body:
    return {**body, "VerificationStatus": "VERIFIED"}


def _flags(call: Call) -> dict[str, Any]:
    given = (*FLAGS, "WithPrivilegedAccess")
    return {flag: call[flag] for flag in given if call.get(flag) is not None}


def _meets(body: Body, condition: Body) -> bool:
    field, test = condition.get("Field", ""), condition.get("ComparisonOperator", "")
    if field not in FIELDS or test not in TESTS:
        raise NotImplementedByEmbeddedAws(what=f"lakeformation.ListResources by {field} {test}")
    given = condition.get("StringValueList", [])
    return bool(given) and TESTS[test](body[FIELDS[field]], given)
