"""A change set: what CloudFormation would do to a stack and to those nested in it, before it does it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mesh_etl.deploy import names
from mesh_etl.deploy.stacks import pace
from mesh_etl.deploy.stacks.change import STACK, Change, change_of
from mesh_etl.deploy.stacks.original import original
from mesh_etl.deploy.stacks.refusal import TO_COME, nothing, reasons, settled
from mesh_etl.deploy.stacks.resources import inside
from mesh_etl.deploy.stacks.standing import REVIEW, Standing, require_free, standing
from mesh_etl.errors import Fault, PlanError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained, words_of

CAPABILITIES = ["CAPABILITY_NAMED_IAM"]  # its roles have names that are computed
GONE = ("ChangeSetNotFound", "ChangeSetNotFoundException")
THERE = "AlreadyExistsException"
MOST = 20  # reasons that are told


@dataclass(frozen=True)
class Template:
    """Where CloudFormation gets a template: `address` in S3, or `body` itself, up to 51,200 bytes."""

    digest: str
    address: str = ""
    body: str = ""

    @property
    def given(self) -> dict[str, str]:
        """The template as a parameter of a call."""
        return {"TemplateURL": self.address} if self.address else {"TemplateBody": self.body}


@dataclass(frozen=True)
class Proposal:
    """A change set that can be executed. `fresh` says that the stack exists through it alone."""

    id: str
    name: str
    stack: str
    stack_id: str
    fresh: bool
    changes: tuple[Change, ...]


def proposed(
    cloudformation: Any, name: str, template: Template, tags: Mapping[str, str], *, trial: bool = False
) -> Proposal | None:
    """The change set that brings the stack to the template, or None where it is there already.

    Its name follows from the template, the tags and the state of the stack: after a lost reply, or beside somebody who
    deploys the same, the same change set is found. One that is a `trial`, which will be deleted, is nobody else's.
    Raises `PlanError`: CHANGES_REFUSED where CloudFormation does not take the template, STACK_BUSY, worth a retry; and
    as `explained` does.
    """
    before = standing(cloudformation, name)
    called = names.change_set(name, _named(template, before, trial))
    change_set = _created(cloudformation, name, called, template, tags, before)
    found = _awaited(cloudformation, change_set, name)
    if found["Status"] == "FAILED":
        told = [] if nothing(found) else _told(cloudformation, found, name)
        discard(cloudformation, Proposal(change_set, called, name, found["StackId"], _fresh(before), ()))
        if not told:
            return None
        raise PlanError(*told)
    changes = tuple(_changes(cloudformation, found, ""))
    proposal = Proposal(change_set, called, name, found["StackId"], _fresh(before), changes)
    if not changes:  # nested stacks that stay as they are count as changed ones to CloudFormation
        discard(cloudformation, proposal)
        return None
    return proposal


def discard(cloudformation: Any, proposal: Proposal) -> None:
    """The change set is gone with those nested in it, and its stack as well where it exists through this one alone."""
    with explained("cloudformation:DeleteChangeSet", proposal.stack):
        _deleted(cloudformation, proposal.id)
    if not proposal.fresh:
        return
    with explained("cloudformation:ListChangeSets", proposal.stack):
        pages = list(cloudformation.get_paginator("list_change_sets").paginate(StackName=proposal.stack_id))
    others = [one for page in pages for one in page["Summaries"] if one["ChangeSetId"] != proposal.id]
    left = standing(cloudformation, proposal.stack_id)
    if left is None or left.status != REVIEW or others:
        return
    with explained("cloudformation:DeleteStack", proposal.stack):
        cloudformation.delete_stack(StackName=proposal.stack_id)


def _deleted(cloudformation: Any, change_set: str) -> None:
    """The change set is gone, which takes a while where there are nested ones; it may have been gone before."""
    from botocore.exceptions import ClientError

    try:
        cloudformation.delete_change_set(ChangeSetName=change_set)
        for pause in pace.pauses():
            status = cloudformation.describe_change_set(ChangeSetName=change_set)["Status"]
            if not status.startswith("DELETE_") or status in ("DELETE_COMPLETE", "DELETE_FAILED"):
                return
            pause()
    except ClientError as error:
        if code_of(error) not in GONE and "does not exist" not in words_of(error):
            raise


def _fresh(before: Standing | None) -> bool:
    return before is None or before.status == REVIEW


def _named(template: Template, before: Standing | None, trial: bool) -> str:
    if trial:
        return f"dry-run-{uuid.uuid4().hex[:16]}"
    state = f"{before.id} {before.changed.isoformat()}" if before and before.status != REVIEW else "new"
    return f"mesh-etl-{hashlib.sha256(f'{template.digest} {state}'.encode()).hexdigest()[:16]}"


def _created(
    cloudformation: Any, stack: str, called: str, template: Template, tags: Mapping[str, str], before: Standing | None
) -> str:
    """The ARN of the change set, which may have been there; one that cannot be executed any more is made again.

    Since its state was asked somebody else may have begun to change the stack.
    """
    from botocore.exceptions import ClientError

    asked: dict[str, Any] = {
        "StackName": stack,
        "ChangeSetName": called,
        "ChangeSetType": "CREATE" if _fresh(before) else "UPDATE",
        "Capabilities": CAPABILITIES,
        "Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)],
        "IncludeNestedStacks": True,
        "ClientToken": f"mesh-etl-{uuid.uuid4().hex}",  # botocore itself sends a call again, and means this one
        **template.given,
    }
    with explained("cloudformation:CreateChangeSet", stack):
        try:
            return str(cloudformation.create_change_set(**asked)["Id"])
        except ClientError as error:
            if code_of(error) in ("ValidationError", THERE):
                require_free(standing(cloudformation, stack))
            if code_of(error) != THERE:
                raise
        there = cloudformation.describe_change_set(StackName=stack, ChangeSetName=called)
        if there["Status"] in TO_COME or there["ExecutionStatus"] == "AVAILABLE":
            return str(there["ChangeSetId"])
        _deleted(cloudformation, there["ChangeSetId"])
        return str(cloudformation.create_change_set(**asked)["Id"])


def _told(cloudformation: Any, found: Mapping[str, Any], stack: str) -> list[Fault]:
    with explained("cloudformation:DescribeChangeSet", stack):
        every = list(dict.fromkeys(reasons(cloudformation, found)))
    said = "CloudFormation does not take the change set"
    return [Fault("CHANGES_REFUSED", f"{said}: {one}", stack, _mend(one)) for one in every[:MOST]]


def _mend(said: str) -> str:
    """What helps against what CloudFormation has said: a bucket that is there may have data."""
    if "already exists" not in said:
        return "mend what it names; mesh-etl synth shows the templates"
    if "S3::Bucket" in said:
        use = "use one of tables as it is, with deployment: {buckets: existing}"
        return f"it stands outside of this stack: {use}, or delete it, if nobody needs it"
    return "it stands outside of this stack: delete it, if nobody needs it, or rename what the template makes"


def _awaited(cloudformation: Any, change_set: str, stack: str) -> dict[str, Any]:
    with explained("cloudformation:DescribeChangeSet", stack):
        return settled(cloudformation, change_set)


def _changes(cloudformation: Any, found: Mapping[str, Any], stack: str) -> Iterator[Change]:
    """The changes of a change set and of those nested in it; a nested stack counts by what changes in it."""
    pages = [found]
    while pages[-1].get("NextToken"):
        with explained("cloudformation:DescribeChangeSet", found["StackName"]):
            pages.append(
                cloudformation.describe_change_set(ChangeSetName=found["ChangeSetId"], NextToken=pages[-1]["NextToken"])
            )
    for page in pages:
        for one in page.get("Changes", ()):
            told = one["ResourceChange"]
            if told["ResourceType"] == STACK and told.get("ChangeSetId"):
                nested = _awaited(cloudformation, told["ChangeSetId"], told["LogicalResourceId"])
                yield from _changes(cloudformation, nested, told["LogicalResourceId"])
            elif told["ResourceType"] == STACK and told["Action"] == "Remove":
                yield from _going(cloudformation, told["PhysicalResourceId"], told["LogicalResourceId"])
            else:
                yield change_of(told, stack)


def _going(cloudformation: Any, nested: str, logical: str) -> Iterator[Change]:
    """What a nested stack has that goes as a whole: CloudFormation tells no more of it than that."""
    template = original(cloudformation, nested, logical)["Resources"]
    for one in inside(cloudformation, nested):
        stays = template.get(one.logical, {}).get("DeletionPolicy") == "Retain"
        yield Change("kept" if stays else "removed", logical, one.logical, one.type, one.physical)
