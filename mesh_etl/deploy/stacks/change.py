"""What a change set does to one resource."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mesh_etl.deploy.stacks.wanted import Wanted

Kind = Literal["added", "changed", "replaced", "removed", "kept"]
BASE = "base"  # the stack of the artifacts bucket, beside those nested in the root
STACK, JOB = "AWS::CloudFormation::Stack", "AWS::Glue::Job"
HOLDS_DATA = frozenset({"AWS::S3::Bucket", "AWS::KMS::Key"})  # without its key, what is in a bucket is lost as well

NAMES = (
    "Name", "BucketName", "RoleName", "AliasName", "AlarmName", "DashboardName", "TopicName", "StateMachineName",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One resource that is added, changed, replaced (removed and made anew), removed, or left where it is.

    `stack` is the logical id of the nested stack that it is in, or empty for the root's own; `physical` is what the
    account calls it, where that is known. Of what is replaced, `stays` says whether the old one is left in the account.
    """

    kind: Kind
    stack: str
    logical: str
    type: str
    physical: str = ""
    because: tuple[str, ...] = ()
    stays: bool = False

    @property
    def name(self) -> str:
        """What people know it by: of an ARN its last part."""
        return self.physical.rpartition(":")[2] or self.logical

    @property
    def holds_data(self) -> bool:
        """Whether data is lost with it."""
        return self.type in HOLDS_DATA

    @property
    def goes(self) -> bool:
        """Whether what is there now is gone afterwards."""
        return self.kind == "removed" or (self.kind == "replaced" and not self.stays)

    @property
    def dangerous(self) -> bool:
        """Whether something that is there goes, or another takes its place."""
        return self.kind == "replaced" or (self.kind == "removed" and self.holds_data)


def change_of(found: Mapping[str, Any], stack: str) -> Change:
    """The change that a `ResourceChange` of CloudFormation tells.

    A replacement that depends on what is not known yet counts as one: better to look at it once too often.
    """
    action, policy = found["Action"], found.get("PolicyAction", "")
    kind: Kind = "changed"
    if action in ("Add", "Import"):
        kind = "added"
    elif action == "Remove":
        kind = "kept" if policy == "Retain" else "removed"
    elif found.get("Replacement") in ("True", "Conditional") or policy.startswith("Replace"):
        kind = "replaced"
    targets = (one.get("Target", {}) for one in found.get("Details", ()))
    because = tuple(dict.fromkeys(one.get("Name") or one.get("Attribute", "") for one in targets))
    physical = found.get("PhysicalResourceId", "")
    stays = policy == "ReplaceAndRetain"
    return Change(kind, stack, found["LogicalResourceId"], found["ResourceType"], physical, because, stays)


def from_nothing(wanted: Wanted) -> tuple[Change, ...]:
    """What a first deploy adds, from the templates alone, that of the artifacts bucket first."""
    return tuple(
        Change("added", stack, logical, str(resource["Type"]), named(resource))
        for stack, resources in ((BASE, json.loads(wanted.base)["Resources"]), *wanted.resources.items())
        for logical, resource in resources.items()
    )


def named(resource: Mapping[str, Any]) -> str:
    """The name that a template gives a resource, or nothing where AWS chooses one."""
    properties = resource.get("Properties", {})
    for key in NAMES:
        if isinstance(properties.get(key), str):
            return str(properties[key])
    return ""
