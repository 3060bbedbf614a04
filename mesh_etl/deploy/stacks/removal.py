"""A unit goes from its account; what holds data stays unless it is named as well.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mesh_etl.deploy.stacks.change import HOLDS_DATA, STACK
from mesh_etl.deploy.stacks.change_set import Template
from mesh_etl.deploy.stacks.original import original
from mesh_etl.deploy.stacks.resources import inside, summaries
from mesh_etl.deploy.stacks.standing import Standing


def without_jobs(cloudformation: Any, found: Standing) -> Template | None:
    """The root's own template with those nested stacks alone that hold data, or None where none does.

    What it is deployed with keeps the buckets and keys that it had, and a later deploy finds them in their place.
    """
    body = original(cloudformation, found.id, found.name)
    nested = {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in summaries(cloudformation, found.id)
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
    return any(one.holds_data for one in inside(cloudformation, stack))
