"""Whether the policy that bounds a unit's roles is in the account as this version prints it.

Nobody who deploys may change it. A job that needs what an older one does not allow is stopped only when it runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mesh_etl.errors import Fault, RunError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

if TYPE_CHECKING:
    from mesh_etl.govern.policies.documents import Document

State = Literal["current", "outdated", "missing", "unread"]
DENIED = "AWS_DENIED"


@dataclass(frozen=True)
class Bounding:
    """What was found: `fault` is what somebody should know or do, of all but a policy that is current."""

    state: State
    fault: Fault | None = None


def bounding(iam: Any, arn: str, printed: Document, print_it: str, file: str) -> Bounding:
    """How the policy stands; `print_it` is the command that prints it, and `file` what it writes.

    Faults: BOUNDARY_OUTDATED, BOUNDARY_MISSING, and AWS_DENIED where it may not be read, which keeps nobody from a
    deploy. Raises `RunError` as `explained` does otherwise.
    """
    name, administers = arn.rpartition("/")[2], f"{print_it}, then as who administers the account: aws iam"
    try:
        found = _document(iam, arn)
    except RunError as error:
        if error.code != DENIED:
            raise
        return Bounding("unread", error.faults[0])
    if found is None:
        problem = "the policy that bounds the roles of the stack is not in the account: no role can be made"
        fix = f"{administers} create-policy --policy-name {name} --policy-document file://{file}"
        return Bounding("missing", Fault("BOUNDARY_MISSING", problem, arn, fix))
    differing = _differing(_statements(found), _statements(printed))
    if not differing:
        return Bounding("current")
    problem = f"the policy is not as this version prints it: {', '.join(differing)}"
    fix = f"{administers} create-policy-version --set-as-default --policy-arn {arn} --policy-document file://{file}"
    return Bounding("outdated", Fault("BOUNDARY_OUTDATED", problem, arn, fix))


def _document(iam: Any, arn: str) -> Mapping[str, Any] | None:
    """The version of the policy that holds; None where there is no such policy."""
    from botocore.exceptions import ClientError

    with explained("iam:GetPolicy", arn):
        try:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        except ClientError as error:
            if code_of(error) == "NoSuchEntity":
                return None
            raise
    with explained("iam:GetPolicyVersion", arn):
        found: Mapping[str, Any] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return found


def _statements(document: Mapping[str, Any]) -> dict[str, str]:
    """Each statement as a text that is the same for equal rights, by its name: IAM knows no order, nor lists of one."""
    stated = document.get("Statement", [])
    return {
        str(one.get("Sid") or f"statement {number}"): json.dumps(_plain(one), sort_keys=True)
        for number, one in enumerate(stated if isinstance(stated, list) else [stated], start=1)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted(map(str, value)) if len(value) != 1 else _plain(value[0])
    return value


def _differing(found: Mapping[str, str], printed: Mapping[str, str]) -> list[str]:
    """What is to be known of each statement that is not the same; a name that nobody here gave is not repeated."""
    missing = [f"{name} is missing" for name in printed if name not in found]
    other = [f"{name} differs" for name in printed if name in found and found[name] != printed[name]]
    more = sum(name not in printed for name in found)
    return [*missing, *other, *([f"{more} more in the account"] if more else [])]
