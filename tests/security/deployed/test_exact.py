"""The policies are as wide as they need to be: narrower, a job fails; wider, something opens that must not.

Each action and each resource is taken away, and a call that jobs or Glue make is refused then. Each resource is widened
and each condition left out, and a call that must be refused is allowed then.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate
from tests.security.deployed import documents
from tests.security.deployed.calls import Call
from tests.security.deployed.evaluator import allowed
from tests.security.deployed.stated import DENIED, UNRECORDED

Statement = dict[str, Any]


def test_nothing_can_be_taken_away(project: Project, shop: Estate, made: frozenset[Call]) -> None:
    role = documents.role(project, shop, "Jobs")
    idle = []
    for number, statement in enumerate(role):
        if statement["Effect"] == "Deny":
            continue
        served = [one for one in (*made, *UNRECORDED.values()) if allowed(one, [statement])]
        for part in ("Action", "Resource"):
            for taken in statement[part]:
                left = [one for one in statement[part] if one != taken] or ["-"]
                less = [*role[:number], {**statement, part: left}, *role[number + 1 :]]
                if all(allowed(one, less) for one in served):
                    idle.append((statement["Sid"], taken))
    assert idle == []


def test_nothing_can_be_widened(project: Project, shop: Estate) -> None:
    role = documents.role(project, shop, "Jobs")
    unseen = []
    for number, statement in enumerate(role):
        for said, wider in _widened(statement):
            more = [*role[:number], wider, *role[number + 1 :]]
            if not any(allowed(one, more) for one in DENIED.values()):
                unseen.append((statement["Sid"], said))
    assert unseen == []


def _widened(statement: Statement) -> Iterator[tuple[str, Statement]]:
    """The statement with one resource wider, with one condition less, or gone where it is a refusal."""
    if statement["Effect"] == "Deny":
        yield "no refusal", {**statement, "Resource": ["arn:aws:s3:::nothing"]}
        return
    for resource in statement["Resource"]:
        wider = _wider(resource)
        if wider != resource:
            others = [one for one in statement["Resource"] if one != resource]
            yield f"{resource} as {wider}", {**statement, "Resource": [*others, wider]}
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            less = copy.deepcopy(statement)
            del less["Condition"][operator][key]
            yield f"without {operator} {key}", less


def _wider(arn: str) -> str:
    """The ARN one step wider: of all in the folder, of all databases, keys, buses or buckets of the account."""
    if arn == "*" or arn.endswith((":catalog", ":log-group:*")):
        return arn
    if arn.startswith("arn:aws:s3:::"):
        bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
        folder = key.rstrip("*").rstrip("/").rpartition("/")[0]
        return f"arn:aws:s3:::{bucket}/{folder}{'/' if folder else ''}*" if key else "arn:aws:s3:::*"
    head, separator, tail = arn.rpartition(":")
    if arn.split(":")[2] == "kms":
        return ":".join([*arn.split(":")[:3], "*", "*", "key/*"])
    if arn.split(":")[2] == "ec2":
        return ":".join([*arn.split(":")[:3], "*", "*", tail])
    kind = tail.partition("/")[0] if not tail.startswith("/") else ""
    if arn.split(":")[2] == "logs":
        return f"{head}:/aws-glue/jobs/*"
    if arn.split(":")[2] == "secretsmanager":
        return f"{head}:*"
    if kind == "table":
        return f"{head}:table/*"
    return f"{head}{separator}{kind}/*"
