"""Whether policies allow a call: moto's statements say what an action and a resource match, conditions are judged here.

moto's own look at conditions knows StringEquals alone, and takes an allowance whose condition fails for a refusal; so a
statement whose conditions do not hold never comes to it. Its patterns are regular expressions but for `*`.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

from tests.security.deployed.calls import Call

Statement = dict[str, Any]


def allowed(call: Call, statements: Iterable[Statement], resource_policy: Iterable[Statement] = ()) -> bool:
    """Whether the statements of an identity allow the call, and neither they nor the resource's policy refuse it."""
    own = [_answer(call, one) for one in statements]
    beside = [_answer(call, one) for one in resource_policy if one["Effect"] == "Deny"]
    return PermissionResult.DENIED not in (*own, *beside) and PermissionResult.PERMITTED in own


def _answer(call: Call, statement: Statement) -> PermissionResult:
    actions = _listed(statement["Action"])
    if not any(one == call.action or "*" in one for one in actions):  # which moto would find out too, more slowly
        return PermissionResult.NEUTRAL
    if not holds(statement.get("Condition", {}), call.context):
        return PermissionResult.NEUTRAL
    plain = _plain(statement["Effect"], tuple(actions), tuple(_listed(statement["Resource"])))
    return plain.is_action_permitted(call.action, call.resource)


@cache
def _plain(effect: str, actions: tuple[str, ...], resources: tuple[str, ...]) -> IAMPolicyStatement:
    """The statement without its conditions, as moto takes it."""
    patterns = {"Action": [_pattern(one) for one in actions], "Resource": [_pattern(one) for one in resources]}
    return IAMPolicyStatement({"Effect": effect, **patterns})


def asked_for(statement: Statement) -> Iterator[Call]:
    """A call for each action and resource of a statement that allows, in a context in which its conditions hold."""
    context: dict[str, Any] = {}
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if operator != "Null":
                first = _listed(values)[0].replace("*", "x")
                context[key] = [first] if operator.startswith("For") else first
    for action in statement["Action"]:
        for resource in statement["Resource"]:
            yield Call(action, resource.replace("*", "x").replace("?", "x") if resource != "*" else "*", context)


def holds(conditions: dict[str, dict[str, Any]], context: dict[str, Any]) -> bool:
    """Whether all conditions of a statement hold. Raises `KeyError` for an operator that this does not know."""
    return all(
        _holds(operator, _listed(values), context.get(key))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _holds(operator: str, values: list[Any], found: Any) -> bool:
    if operator == "Null":
        return (found is None) == (values == ["true"])
    several, _, plain = operator.rpartition(":")
    if_exists = plain.endswith("IfExists")
    plain = plain.removesuffix("IfExists")
    if several == "ForAllValues":
        return all(_one(plain, values, one) for one in _listed(found or []))
    if several == "ForAnyValue":
        return any(_one(plain, values, one) for one in _listed(found or []))
    if found is None:  # a negated operator holds where the key is absent
        return if_exists or "Not" in plain
    return _one(plain, values, found)


def _one(operator: str, values: list[Any], found: Any) -> bool:
    text = str(found)
    same = any(_matches(str(one), text) for one in values)
    equal = any(str(one).lower() == text.lower() if operator == "Bool" else str(one) == text for one in values)
    return {
        "StringEquals": equal,
        "Bool": equal,
        "StringLike": same,
        "ArnLike": same,
        "ArnEquals": same,
        "StringNotEquals": not equal,
    }[operator]


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(_pattern(pattern).replace("*", ".*"), text, re.DOTALL) is not None


def _pattern(text: str) -> str:
    """The pattern as moto takes it: `*` stands for any text, all else is a regular expression."""
    return re.escape(text).replace(r"\*", "*").replace(r"\?", ".")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
