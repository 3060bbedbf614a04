"""Security Token Service: who one is, and the taking of roles.

A role on a laptop may be taken by anybody, unless a trust was declared for it.
"""

from __future__ import annotations

import uuid

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation

TRUST, EVERYWHERE = "sts.trust", "iam"
ONE_HOUR = 3600


def trusted(call: Call, role: str, by: list[str], external_id: str | None) -> None:
    """The role, by ARN, is taken by these accounts and roles alone, and with the external id where one is set."""
    records.put(call, TRUST, role, {"by": by, "external_id": external_id}, EVERYWHERE)


@operation("sts.GetCallerIdentity")
def get_caller_identity(call: Call) -> Body:
    """The account and the ARN of whoever calls."""
    role = call.caller.rpartition("/")[2]
    return {
        "Account": call.caller_account,
        "UserId": f"{_identifier('AROA', call.caller)}:{role}",
        "Arn": f"arn:aws:sts::{call.caller_account}:assumed-role/{role}/embedded",
    }


@operation("sts.AssumeRole", "RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds")
def assume_role(call: Call) -> Body:
    """Credentials that look like the role's; refused where a trust was declared that the caller does not meet.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    role = call["RoleArn"]
    trust = records.get(call, TRUST, role, EVERYWHERE)
    if trust is not None:
        known = {call.caller, call.caller_account, f"arn:aws:iam::{call.caller_account}:root"} & set(trust["by"])
        if not known or trust["external_id"] not in (None, call.get("ExternalId")):
            who = f"User: {call.caller} is not authorized to perform: sts:AssumeRole on resource: {role}"
            raise Refusal("AccessDenied", who)
    account, name = role.split(":")[4], role.rpartition("/")[2]
    session = call["RoleSessionName"]
    return {
        "Credentials": {
            "AccessKeyId": _identifier("ASIA", str(uuid.uuid4())),
            "SecretAccessKey": "embedded",
            "SessionToken": "embedded",
            "Expiration": call.now + call.get("DurationSeconds", ONE_HOUR),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"{_identifier('AROA', role)}:{session}",
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        },
    }


def _identifier(prefix: str, of: str) -> str:
    return prefix + uuid.uuid5(uuid.NAMESPACE_URL, of).hex[:16].upper()
