"""What a stack, and those nested in it, consist of in the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mesh_etl.deploy.stacks.change import HOLDS_DATA, STACK
from mesh_etl.deploy.stacks.standing import standing
from mesh_etl.worlds.refusals import explained

GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")  # removed, or left in the account: it is the stack's no more


@dataclass(frozen=True)
class Resource:
    """A resource of a stack or of one nested in it, as the account has it."""

    stack: str
    logical: str
    physical: str
    type: str

    @property
    def holds_data(self) -> bool:
        """Whether data is lost with it."""
        return self.type in HOLDS_DATA


def resources(cloudformation: Any, name: str) -> tuple[Resource, ...]:
    """All that the stack and those nested in it consist of now; empty where there is no such stack."""
    return tuple(inside(cloudformation, name)) if standing(cloudformation, name) else ()


def inside(cloudformation: Any, name: str) -> Iterator[Resource]:
    """The same of a stack that is known to be there."""
    for one in summaries(cloudformation, name):
        physical = one.get("PhysicalResourceId", "")
        if one["ResourceStatus"] in GONE:
            continue
        if one["ResourceType"] == STACK and physical:
            yield from inside(cloudformation, physical)
        elif one["ResourceType"] != STACK:
            stack = name.rpartition(":stack/")[2].partition("/")[0] or name
            yield Resource(stack, one["LogicalResourceId"], physical, one["ResourceType"])


def summaries(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    """The resources of the stack itself, by its name or its id, as CloudFormation lists them."""
    with explained("cloudformation:ListStackResources", stack):
        pages = list(cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack))
    return [one for page in pages for one in page["StackResourceSummaries"]]
