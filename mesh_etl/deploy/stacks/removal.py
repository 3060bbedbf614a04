"""A unit goes from its account; what holds data stays unless it is named as well.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mesh_etl.deploy.stacks.change import HOLDS_DATA, JOB, STACK, Change
from mesh_etl.deploy.stacks.change_set import Template
from mesh_etl.deploy.stacks.original import original
from mesh_etl.deploy.stacks.standing import Standing, standing
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
    return tuple(_resources(cloudformation, name)) if standing(cloudformation, name) else ()


def jobs_that_go(cloudformation: Any, changes: Iterable[Change]) -> tuple[str, ...]:
    """The jobs that the changes remove or replace, also those of a nested stack that goes as a whole."""
    found: list[str] = []
    for one in changes:
        if one.kind not in ("removed", "replaced") or not one.physical:
            continue
        if one.type == JOB:
            found.append(one.physical)
        elif one.type == STACK:
            found += [each.physical for each in resources(cloudformation, one.physical) if each.type == JOB]
    return tuple(found)


def without_jobs(cloudformation: Any, found: Standing) -> Template | None:
    """The root's own template with those nested stacks alone that hold data, or None where none does.

    What it is deployed with keeps the buckets and keys that it had, and a later deploy finds them in their place.
    """
    body = original(cloudformation, found.id, found.name)
    nested = {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in _summaries(cloudformation, found.id)
    }
    kept = {
        logical: {key: value for key, value in one.items() if key != "DependsOn"}
        for logical, one in body["Resources"].items()
        if one["Type"] in HOLDS_DATA
        or (one["Type"] == STACK and nested.get(logical) and _holds_data(cloudformation, nested[logical]))
    }
    if not kept:
        return None
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": kept}, sort_keys=True)
    return Template(hashlib.sha256(text.encode()).hexdigest(), body=text)


def _holds_data(cloudformation: Any, stack: str) -> bool:
    return any(one.holds_data for one in _resources(cloudformation, stack))


def _resources(cloudformation: Any, name: str) -> Iterator[Resource]:
    for one in _summaries(cloudformation, name):
        physical = one.get("PhysicalResourceId", "")
        if one["ResourceStatus"] in GONE:
            continue
        if one["ResourceType"] == STACK and physical:
            yield from _resources(cloudformation, physical)
        elif one["ResourceType"] != STACK:
            stack = name.rpartition(":stack/")[2].partition("/")[0] or name
            yield Resource(stack, one["LogicalResourceId"], physical, one["ResourceType"])


def _summaries(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    """The resources of the stack itself, by its name or its id, as CloudFormation lists them."""
    with explained("cloudformation:ListStackResources", stack):
        pages = list(cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack))
    return [one for page in pages for one in page["StackResourceSummaries"]]
