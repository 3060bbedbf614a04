"""Why CloudFormation does not take a change set: the root's only names the nested one that was refused.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mesh_etl.deploy.stacks import pace

NOTHING = ("didn't contain changes", "No updates are to be performed")
TO_COME = ("CREATE_PENDING", "CREATE_IN_PROGRESS")


def nothing(found: Mapping[str, Any]) -> bool:
    """Whether a change set failed because there is nothing to change."""
    return found["Status"] == "FAILED" and any(words in found.get("StatusReason", "") for words in NOTHING)


def reasons(cloudformation: Any, found: Mapping[str, Any]) -> list[str]:
    """What is wrong with the resources of a change set that failed, or of those nested in it; else what it says itself.

    What a boto3 does not know, or a role may not ask, is left out: the change set's own words are always there.
    """
    every = list(_failed(cloudformation, found))
    told = [words for one in every for words in _checks(cloudformation, one)]
    own = [one.get("StatusReason", "") for one in every]
    return told or [words for words in own if "was not successfully created" not in words] or own


def _failed(cloudformation: Any, found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The change set and those nested in it that failed for a reason; the root may fail before others are made."""
    if found["Status"] != "FAILED" or nothing(found):
        return
    yield found
    for change in found.get("Changes", ()):
        if nested := change["ResourceChange"].get("ChangeSetId"):
            yield from _failed(cloudformation, settled(cloudformation, nested))


def settled(cloudformation: Any, change_set: str) -> dict[str, Any]:
    """The change set as it is once CloudFormation has made it, or failed to."""
    for pause in pace.pauses():
        found: dict[str, Any] = cloudformation.describe_change_set(ChangeSetName=change_set)
        if found["Status"] not in TO_COME:
            return found
        pause()
    raise AssertionError("the pauses do not end")


def _checks(cloudformation: Any, found: Mapping[str, Any]) -> Iterator[str]:
    """What CloudFormation's checks before a deploy say of single resources."""
    from botocore.exceptions import ClientError

    if not hasattr(cloudformation, "describe_events"):
        return
    try:
        events = cloudformation.describe_events(ChangeSetName=found["ChangeSetId"], Filters={"FailedEvents": True})
    except ClientError:
        return
    for event in events.get("OperationEvents", ()):
        if words := event.get("ValidationStatusReason"):
            kind = event.get("ResourceType", "").removeprefix("AWS::")
            yield f"{kind} {event.get('LogicalResourceId', '')}: {' '.join(words.split())}".strip()
