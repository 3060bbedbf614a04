"""Policy documents in IAM's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Document = dict[str, Any]
Statement = dict[str, Any]
Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


def document(statements: Iterable[Statement]) -> Document:
    """The policy document that holds the statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: Sequence[str], resources: Sequence[str], when: Conditions | None = None) -> Statement:
    """What an identity may do with which resources; lists are in order, so that the same mesh gives the same text."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(set(actions)),
        "Resource": sorted(set(resources)),
        **({"Condition": _plain(when)} if when else {}),
    }


def deny(sid: str, actions: Sequence[str], resources: Sequence[str], when: Conditions | None = None) -> Statement:
    """What an identity may not do with which resources, whatever else allows it."""
    return {**allow(sid, actions, resources, when), "Effect": "Deny"}


def given(principal: Mapping[str, str | Sequence[str]], statement: Statement) -> Statement:
    """The statement as one of a resource's policy, for this principal."""
    return {
        "Sid": statement["Sid"],
        "Effect": statement["Effect"],
        "Principal": {kind: one if isinstance(one, str) else sorted(one) for kind, one in principal.items()},
        **{name: value for name, value in statement.items() if name not in ("Sid", "Effect")},
    }


def trusted(sid: str, principal: Mapping[str, str], actions: Sequence[str], when: Conditions) -> Statement:
    """Who may take a role, and under which conditions: there is no trust without one."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": dict(principal),
        "Action": sorted(actions),
        "Condition": _plain(when),
    }


def _plain(when: Conditions) -> dict[str, dict[str, str | list[str]]]:
    return {
        operator: {key: value if isinstance(value, str) else sorted(value) for key, value in keys.items()}
        for operator, keys in when.items()
    }
