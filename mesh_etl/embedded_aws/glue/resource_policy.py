"""The resource policy of an account's catalogue, beside which Lake Formation shares only where it lets RAM do so.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-cross-account.html
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal, invalid, missing
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.ram import shares

POLICY = shares.CATALOGUE_POLICY


@operation("glue.PutResourcePolicy", "PolicyInJson", "EnableHybrid", writes=True)
def put_resource_policy(call: Call) -> Body:
    """The catalogue has the policy.

    Refused without EnableHybrid while Lake Formation shares by RAM, and for a caller of another account.
    """
    _refuse_strangers(call)
    try:
        policy: Any = json.loads(call["PolicyInJson"])
    except json.JSONDecodeError as error:
        raise invalid("The policy is not JSON.") from error
    if any(shares.sent(call)) and call.get("EnableHybrid") != "TRUE":
        raise Refusal("ConditionCheckFailureException", "EnableHybrid must be TRUE: there are shares of RAM.")
    records.put(call, POLICY, "policy", {"policy": policy})
    return {"PolicyHash": _hash(policy)}


@operation("glue.GetResourcePolicy")
def get_resource_policy(call: Call) -> Body:
    """The policy of the caller's catalogue."""
    _refuse_strangers(call)
    found = records.get(call, POLICY, "policy")
    if found is None:
        raise missing("Policy")
    return {"PolicyInJson": json.dumps(found["policy"]), "PolicyHash": _hash(found["policy"])}


@operation("glue.DeleteResourcePolicy", writes=True)
def delete_resource_policy(call: Call) -> Body:
    """The catalogue has no policy."""
    _refuse_strangers(call)
    if not records.drop(call, POLICY, "policy"):
        raise missing("Policy")
    return {}


def _refuse_strangers(call: Call) -> None:
    if call.account != call.caller_account:
        raise Refusal("AccessDeniedException", "The policy of another account's catalogue.")


def _hash(policy: Any) -> str:
    return hashlib.sha256(json.dumps(policy, sort_keys=True).encode()).hexdigest()
