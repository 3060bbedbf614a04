"""Identity and Access Management: managed policies and their versions. It asks nobody for rights.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation

POLICY = "iam.policy"
MOST = 5  # versions of a policy that IAM keeps


@operation("iam.CreatePolicy", "PolicyName", "PolicyDocument", "Path", writes=True)
def create_policy(call: Call) -> Body:
    """The policy is there, with its first version. A name is an account's alone, in whatever path."""
    name, where = call["PolicyName"], _everywhere(call)
    if any(arn.rpartition("/")[2].lower() == name.lower() for arn, _ in records.named(call, POLICY, catalog=where)):
        raise Refusal("EntityAlreadyExists", f"A policy called {name} already exists. Duplicate names are not allowed.")
    arn = f"arn:aws:iam::{call.account}:policy{call.get('Path', '/')}{name}"
    made = {"versions": {"v1": _read(call["PolicyDocument"])}, "default": "v1", "last": 1}
    records.put(call, POLICY, arn, made, where)
    return {"Policy": _told(arn, made)}


@operation("iam.CreatePolicyVersion", "PolicyArn", "PolicyDocument", "SetAsDefault", writes=True)
def create_policy_version(call: Call) -> Body:
    """The policy has one version more, which holds from now on where the call says so."""
    found = _found(call)
    if len(found["versions"]) == MOST:
        words = "A managed policy can have up to 5 versions. Before you create a new version, you must delete one."
        raise Refusal("LimitExceeded", words)
    found["last"] += 1
    version = f"v{found['last']}"
    found["versions"][version] = _read(call["PolicyDocument"])
    if call.get("SetAsDefault", False):
        found["default"] = version
    records.put(call, POLICY, call["PolicyArn"], found, _everywhere(call))
    return {"PolicyVersion": {"VersionId": version, "IsDefaultVersion": found["default"] == version}}


@operation("iam.GetPolicy", "PolicyArn")
def get_policy(call: Call) -> Body:
    """What the policy is called, and which of its versions holds."""
    return {"Policy": _told(call["PolicyArn"], _found(call))}


@operation("iam.GetPolicyVersion", "PolicyArn", "VersionId")
def get_policy_version(call: Call) -> Body:
    """The document of a version, which IAM sends as in an address."""
    found, version = _found(call), call["VersionId"]
    if version not in found["versions"]:
        words = f"Policy {call['PolicyArn']} version {version} does not exist or is not attachable."
        raise Refusal("NoSuchEntity", words)
    text = quote(json.dumps(found["versions"][version]), safe="")
    told = {"Document": text, "VersionId": version, "IsDefaultVersion": found["default"] == version}
    return {"PolicyVersion": told}


def _found(call: Call) -> Body:
    found = records.get(call, POLICY, call["PolicyArn"], _everywhere(call))
    if found is None:
        raise Refusal("NoSuchEntity", f"Policy {call['PolicyArn']} was not found.")
    return found


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.") from None


def _told(arn: str, policy: Body) -> Body:
    head, _, name = arn.rpartition("/")
    return {
        "PolicyName": name,
        "Arn": arn,
        "Path": f"{head.partition(':policy')[2]}/",
        "DefaultVersionId": policy["default"],
        "IsAttachable": True,
    }


def _everywhere(call: Call) -> str:
    """IAM is of the account, and of no region."""
    return f"{call.account}/iam"
