"""Where a stack stands, and what has to happen before it can be deployed.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mesh_etl.deploy.names import OWNER
from mesh_etl.errors import Fault, PlanError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained, words_of

REVIEW = "REVIEW_IN_PROGRESS"  # only a change set of it exists
STUCK = ("CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED", "IMPORT_ROLLBACK_FAILED")


@dataclass(frozen=True)
class Standing:
    """A stack as CloudFormation has it; `changed` is when it was last made, updated or executed."""

    id: str
    name: str
    status: str
    reason: str
    changed: datetime
    tags: dict[str, str]
    region: str
    protected: bool  # somebody has forbidden its removal

    @property
    def busy(self) -> bool:
        """Whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != REVIEW

    @property
    def whole(self) -> bool:
        """Whether it can be changed; of the others CloudFormation only takes the removal."""
        return self.status.endswith("_COMPLETE") and self.status != "ROLLBACK_COMPLETE"


def standing(cloudformation: Any, name: str) -> Standing | None:
    """The stack of that name or id, or None where there is none. Raises `RunError` as `explained` does."""
    from botocore.exceptions import ClientError

    with explained("cloudformation:DescribeStacks", name):
        try:
            found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if code_of(error) == "ValidationError" and "does not exist" in words_of(error):
                return None
            raise
    return Standing(
        found["StackId"],
        found["StackName"],
        found["StackStatus"],
        found.get("StackStatusReason", ""),
        found.get("LastUpdatedTime", found["CreationTime"]),
        {one["Key"]: one["Value"] for one in found.get("Tags", ())},
        found["StackId"].split(":")[3],
        found.get("EnableTerminationProtection", False),
    )


def require_free(found: Standing | None, look: str = "mesh-etl status") -> None:
    """CloudFormation is not at work on the stack. Raises `PlanError` STACK_BUSY, worth a retry."""
    if found is not None and found.busy:
        problem = f"CloudFormation is at work on the stack ({found.status})"
        fix = f"wait for it with {look}, then run the command again"
        raise PlanError(Fault("STACK_BUSY", problem, found.name, fix), retryable=True)


def require_own(found: Standing | None, tags: Mapping[str, str]) -> None:
    """The stack, where there is one, is the unit's that has these tags, and not another's that is called the same.

    Raises `PlanError` STACK_OF_OTHERS: to change it would remove all that it has. Of a stack that is only a change set
    nothing is there yet.
    """
    if found is None or found.status == REVIEW:
        return
    other = [f"{key} {found.tags.get(key, 'not told')}" for key in OWNER if found.tags.get(key) != tags.get(key)]
    if other:
        problem = f"there is a stack of this name already, and by its tags it is another's: {', '.join(other)}"
        fix = "give the domain, the environment or the mesh another name, or the domain an account of its own"
        raise PlanError(Fault("STACK_OF_OTHERS", problem, found.name, fix))


def require_ready(found: Standing | None, unit: str, env: str) -> None:
    """The stack can take a change set, or is not there yet.

    Raises `PlanError`: STACK_BUSY, worth a retry, STACK_ROLLBACK_FAILED, STACK_ROLLED_BACK, STACK_STUCK.
    """
    if found is None or found.status == REVIEW:
        return
    options = f"{unit} --env {env}"
    require_free(found, f"mesh-etl status {options}")
    if found.status == "UPDATE_ROLLBACK_FAILED":
        fix = f"mend what it names, then mesh-etl deploy {options} --continue-rollback"
        problem = f"an update failed, and going back as well: {found.reason or 'see mesh-etl status'}"
        raise PlanError(Fault("STACK_ROLLBACK_FAILED", problem, found.name, fix))
    if found.status == "ROLLBACK_COMPLETE":
        problem = "its first deploy failed; CloudFormation takes no changes of what is left"
        fix = f"remove it with mesh-etl destroy {options} --yes, then deploy again"
        raise PlanError(Fault("STACK_ROLLED_BACK", problem, found.name, fix))
    if found.status in STUCK:
        problem = f"it is in the state {found.status}: {found.reason}".rstrip(": ")
        fix = f"remove what is left with mesh-etl destroy {options} --yes, then deploy again"
        raise PlanError(Fault("STACK_STUCK", problem, found.name, fix))


def require_removable(found: Standing, unit: str, env: str, with_data: bool) -> None:
    """The stack can be removed now.

    Raises `PlanError`: STACK_PROTECTED, STACK_BUSY, and STACK_ROLLBACK_FAILED where data is to stay, which that state
    would leave without a stack.
    """
    if found.protected:
        fix = "take it off with aws cloudformation update-termination-protection --no-enable-termination-protection"
        raise PlanError(Fault("STACK_PROTECTED", "its termination protection is on", found.name, fix))
    if found.busy or (found.status == "UPDATE_ROLLBACK_FAILED" and not with_data):
        require_ready(found, unit, env)
