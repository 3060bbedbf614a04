"""Key Management Service: keys whose end is planned, and their aliases."""

from __future__ import annotations

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation

PLANNED, ALIAS = "kms.deletion", "kms.alias"


@operation("kms.ScheduleKeyDeletion", "KeyId", "PendingWindowInDays", writes=True)
def schedule_key_deletion(call: Call) -> Body:
    """The key will be deleted, and can be had back until then."""
    if records.get(call, PLANNED, call["KeyId"]):
        raise Refusal("KMSInvalidStateException", f"{call['KeyId']} is pending deletion.")
    days = call.get("PendingWindowInDays", 30)
    records.put(call, PLANNED, call["KeyId"], {"days": days})
    return {"KeyId": call["KeyId"], "DeletionDate": call.now + days * 86400}


@operation("kms.DeleteAlias", "AliasName", writes=True)
def delete_alias(call: Call) -> Body:
    """No key has the alias any more."""
    if not records.drop(call, ALIAS, call["AliasName"]):
        raise Refusal("NotFoundException", f"Alias {call['AliasName']} is not found.")
    return {}
