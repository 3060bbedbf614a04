"""What CloudFormation is to do with a stack begins once, whatever becomes of the replies.

A token marks the events of each such operation, and tells one that has begun from one that is begun again.
"""

from __future__ import annotations

import uuid
from typing import Any

from mesh_etl.deploy.stacks import events
from mesh_etl.deploy.stacks.change_set import Proposal
from mesh_etl.deploy.stacks.standing import Standing
from mesh_etl.errors import Fault, PlanError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

OVERTAKEN = (
    "InvalidChangeSetStatus", "InvalidChangeSetStatusException", "ChangeSetNotFound", "ChangeSetNotFoundException",
)  # fmt: skip
BEGUN = ("TokenAlreadyExists", "TokenAlreadyExistsException")  # the reply to an earlier attempt was lost


def executed(cloudformation: Any, proposal: Proposal) -> str:
    """CloudFormation is at work on the change set; returns the token that marks its events.

    Should it fail, it goes back by itself, and what it has newly made is removed again, also what a template says to
    retain: otherwise the next attempt would find it in its way.
    Raises `PlanError` (DEPLOY_OVERTAKEN, worth a retry) where another deploy was quicker.
    """
    from botocore.exceptions import ClientError

    token = _token()
    with explained("cloudformation:ExecuteChangeSet", proposal.stack):
        try:
            cloudformation.execute_change_set(
                ChangeSetName=proposal.id,
                ClientRequestToken=token,
                RetainExceptOnCreate=True,
                DisableRollback=False,
            )
        except ClientError as error:
            code = code_of(error)
            if code in BEGUN:
                return token
            if code not in OVERTAKEN and not (code == "ValidationError" and "IN_PROGRESS" in str(error)):
                raise
            if events.begun(cloudformation, proposal.stack_id, token):
                return token
            problem = "somebody else has deployed the stack since its changes were shown"
            fix = "run the command again, and look at what changes now"
            raise PlanError(Fault("DEPLOY_OVERTAKEN", problem, proposal.stack, fix), retryable=True) from error
    return token


def rollback_continued(cloudformation: Any, found: Standing) -> str:
    """CloudFormation goes on with the rollback of the stack; returns the token that marks its events."""
    from botocore.exceptions import ClientError

    token = _token()
    with explained("cloudformation:ContinueUpdateRollback", found.name):
        try:
            cloudformation.continue_update_rollback(StackName=found.id, ClientRequestToken=token)
        except ClientError as error:
            if code_of(error) not in BEGUN:
                raise
    return token


def deleted(cloudformation: Any, found: Standing) -> str:
    """CloudFormation is at work on the removal of the stack; returns the token that marks its events."""
    from botocore.exceptions import ClientError

    token = _token()
    with explained("cloudformation:DeleteStack", found.name):
        try:
            cloudformation.delete_stack(StackName=found.id, ClientRequestToken=token)
        except ClientError as error:
            if code_of(error) not in BEGUN and not events.begun(cloudformation, found.id, token):
                raise
    return token


def _token() -> str:
    return f"mesh-etl-{uuid.uuid4().hex}"
