"""A change set is executed once, whatever becomes of the replies."""

from __future__ import annotations

import uuid
from typing import Any

from mesh_etl.deploy.stacks import events
from mesh_etl.deploy.stacks.change_set import Proposal
from mesh_etl.errors import Fault, PlanError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

OVERTAKEN = (
    "InvalidChangeSetStatus", "InvalidChangeSetStatusException", "ChangeSetNotFound", "ChangeSetNotFoundException",
)  # fmt: skip


def executed(cloudformation: Any, proposal: Proposal) -> str:
    """CloudFormation is at work on the change set; returns the token that marks its events.

    Should it fail, it goes back by itself, and what it has newly made is removed again, also what a template says to
    retain: otherwise the next attempt would find it in its way.
    Raises `PlanError` (DEPLOY_OVERTAKEN, worth a retry) where another deploy was quicker.
    """
    from botocore.exceptions import ClientError

    token = f"mesh-etl-{uuid.uuid4().hex}"
    with explained("cloudformation:ExecuteChangeSet", proposal.stack):
        try:
            cloudformation.execute_change_set(
                ChangeSetName=proposal.id, ClientRequestToken=token, RetainExceptOnCreate=True
            )
        except ClientError as error:
            code = code_of(error)
            if code in ("TokenAlreadyExists", "TokenAlreadyExistsException"):
                return token  # the reply to an earlier attempt was lost
            if code not in OVERTAKEN and not (code == "ValidationError" and "IN_PROGRESS" in str(error)):
                raise
            if events.begun(cloudformation, proposal.stack_id, token):
                return token
            problem = "somebody else has deployed the stack since its changes were shown"
            fix = "run the command again, and look at what changes now"
            raise PlanError(Fault("DEPLOY_OVERTAKEN", problem, proposal.stack, fix), retryable=True) from error
    return token
