"""What CloudFormation looks at while it makes a change set, so that a deploy cannot fail of it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.cloudformation.resources import exists, taken
from mesh_etl.embedded_aws.cloudformation.schemas import name_of, problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesh_etl.embedded_aws.cloudformation.difference import Step
    from mesh_etl.embedded_aws.operations import Body, Call

PROPERTIES, EXISTENCE = "PropertyValidation", "ResourceExistenceCheck"
FAILED = (
    "The following hook(s)/validation failed: [{}]. To troubleshoot Early Validation errors, use the DescribeEvents "
    "API for detailed failure information."
)


def checked(call: Call, steps: Iterable[Step]) -> list[Body]:
    """What would fail for a property that is not there, or a name that is taken; each as an event tells it."""
    return list(_found(call, steps))


def reason(found: Iterable[Body]) -> str:
    """The words of the change set, which only name the kinds of check."""
    kinds = dict.fromkeys(f"AWS::EarlyValidation::{one['ValidationName']}" for one in found)
    return FAILED.format(", ".join(kinds))


def _found(call: Call, steps: Iterable[Step]) -> Iterator[Body]:
    for step in steps:
        body, logical = step["after"], step["logical"]
        if body is None:
            continue
        for problem in problems(body):
            yield _event(step, PROPERTIES, problem, f"/Resources/{logical}/Properties")
        other = step["before"] is None or name_of(step["before"]) != name_of(body)
        if step["do"] in ("add", "replace") and other and exists(call, body):
            yield _event(step, EXISTENCE, taken(body), f"/Resources/{logical}")


def _event(step: Step, name: str, words: str, path: str) -> Body:
    return {
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": step["logical"],
        "ResourceType": step["after"]["Type"],
        "ValidationName": name,
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": words,
        "ValidationPath": path,
        "ValidationFailureMode": "FAIL",
    }
