"""Statements with a little less, and with a little more: what a policy of the right width does not bear."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tests.security.deployed.calls import Call
from tests.security.deployed.evaluator import allowed

Statement = dict[str, Any]


def idle(statements: list[Statement], asked: Collection[Call]) -> list[tuple[str, str]]:
    """The actions and resources that can be taken away, and every call that is made is still allowed."""
    found = []
    for number, statement in enumerate(statements):
        if statement["Effect"] == "Deny":
            continue
        others = [*statements[:number], *statements[number + 1 :]]
        served = [one for one in asked if allowed(one, [statement]) and not allowed(one, others)]
        for part in ("Action", "Resource"):
            for taken in statement[part]:
                left = {**statement, part: [one for one in statement[part] if one != taken] or ["-"]}
                if all(allowed(one, [left]) for one in served):
                    found.append((statement["Sid"], taken))
    return found


def unseen(statements: list[Statement], denied: Iterable[Call]) -> list[tuple[str, str]]:
    """What can be wider by a resource, or by a condition less, and no call that must be refused is allowed."""
    found = []
    refused = set(denied)
    for number, statement in enumerate(statements):
        near = [one for one in refused if one.action in statement["Action"]]
        for said, wider in widened(statement):
            more = [*statements[:number], wider, *statements[number + 1 :]]
            if not any(allowed(one, more) for one in near):
                found.append((statement["Sid"], said))
    return found


def widened(statement: Statement) -> Iterator[tuple[str, Statement]]:
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
    service, name = arn.split(":")[2], arn.split(":", 5)[5]
    head = arn.removesuffix(name)
    if service == "kms" and name.startswith("key/"):
        return ":".join([*arn.split(":")[:3], "*", "*", "key/*"])
    if service == "ec2":
        return ":".join([*arn.split(":")[:3], "*", "*", name])
    if service == "logs":
        return f"{head}log-group:/aws-glue/jobs/*"
    for separator in ("/", ":"):
        if separator in name:
            return f"{head}{name.partition(separator)[0]}{separator}*"
    return f"{head}*"


def neighbours(call: Call) -> Iterator[Call]:
    """The same about something else: a thing of another name, unit, account or region, or in another context."""
    arn = call.resource
    if arn.startswith("arn:aws:s3:::"):
        bucket, slash, key = arn.removeprefix("arn:aws:s3:::").partition("/")
        yield Call(call.action, f"arn:aws:s3:::payroll{slash}{key}", call.context)
        if key:
            yield Call(call.action, f"arn:aws:s3:::{bucket}/other/x", call.context)
    elif arn != "*":
        *head, region, account, name = arn.split(":", 5)
        for place in (["us-east-1", account], [region, "333333333333"]):
            yield Call(call.action, ":".join([*head, *place, name]), call.context)
        kind = re.match(r"(log-group|[A-Za-z-]+(?=[/:]))?[/:]?", name)
        yield Call(call.action, ":".join([*head, region, account, f"{kind[0] if kind else ''}payroll"]), call.context)
    for key, value in call.context.items():
        yield Call(call.action, arn, {name: one for name, one in call.context.items() if name != key})
        yield Call(call.action, arn, {**call.context, key: ["other"] if isinstance(value, list) else "other"})
