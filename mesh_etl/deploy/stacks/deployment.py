"""The steps of a deploy: what is in the way, the base stack, the upload, the proposal, and its execution."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.stacks.change_set import Proposal, Template, discard, proposed
from mesh_etl.deploy.stacks.events import Event, first_reason, followed
from mesh_etl.deploy.stacks.execution import executed
from mesh_etl.deploy.stacks.standing import Standing, require_ready, standing
from mesh_etl.deploy.stacks.upload import uploaded
from mesh_etl.deploy.stacks.wanted import Parcel, Wanted
from mesh_etl.errors import Fault, PlanError, PublishError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

if TYPE_CHECKING:
    from mesh_etl.config.governance.identity import Identity
    from mesh_etl.worlds import World

DEPLOYED, BACK, REMOVED = ("CREATE_COMPLETE", "UPDATE_COMPLETE"), ("UPDATE_ROLLBACK_COMPLETE",), ("DELETE_COMPLETE",)


@dataclass(frozen=True)
class Account:
    """The clients of the account that a unit is deployed to, as the role that deploys it."""

    cloudformation: Any
    s3: Any
    kms: Any


def entered(world: World, deployer: Identity) -> Account:
    """The account, entered as its deployer.

    Raises `PlanError` (DEPLOY_REGION) where the clients would work in another region than the unit's, and `RunError`
    as `World.client` does.
    """
    cloudformation = world.client("cloudformation", deployer)
    found = cloudformation.meta.region_name
    if found != deployer.region:
        problem = f"the environment's region is {found}, the account's is {deployer.region}"
        fix = "state the same region in the environment file and in accounts of mesh.yaml"
        raise PlanError(Fault("DEPLOY_REGION", problem, "configs/mesh.yaml", fix))
    return Account(cloudformation, world.client("s3", deployer), world.client("kms", deployer))


@dataclass(frozen=True)
class Told:
    """Who hears how far it is; each may be a function that does nothing."""

    sent: Callable[[Parcel], None]
    event: Callable[[Event], None]


def ready(account: Account, wanted: Wanted, env: str) -> Standing | None:
    """The root stack, where both stacks can be deployed. Raises as `require_ready` does."""
    for name in (wanted.base_stack, wanted.stack):
        found = standing(account.cloudformation, name)
        require_ready(found, wanted.unit, env)
    return found


def base_proposed(account: Account, wanted: Wanted, *, trial: bool = False) -> Proposal | None:
    """The change set of the stack that makes the artifacts bucket, or None where it is as its template says."""
    template = Template(hashlib.sha256(wanted.base.encode()).hexdigest(), body=wanted.base)
    return proposed(account.cloudformation, wanted.base_stack, template, wanted.tags, trial=trial)


def sent(account: Account, wanted: Wanted, told: Told) -> tuple[Parcel, ...]:
    """Files and templates are in the artifacts bucket; returns those that were not there before."""
    parcels = (*wanted.files, *wanted.nested, wanted.root)
    return uploaded(account.s3, wanted.bucket, wanted.account, parcels, told.sent)


def root_proposed(account: Account, wanted: Wanted) -> Proposal | None:
    """The change set of the root stack and those nested in it, or None where nothing is to change."""
    return proposed(account.cloudformation, wanted.stack, _root(wanted), wanted.tags)


def tried(account: Account, wanted: Wanted) -> Proposal | None:
    """The change set of the root stack, made and deleted again; its templates are uploaded, and stay."""
    uploaded(account.s3, wanted.bucket, wanted.account, (*wanted.nested, wanted.root))
    proposal = proposed(account.cloudformation, wanted.stack, _root(wanted), wanted.tags, trial=True)
    if proposal is not None:
        discard(account.cloudformation, proposal)
    return proposal


def done(account: Account, proposal: Proposal, told: Told) -> Event:
    """The change set is executed, and CloudFormation has ended; returns the last event.

    Raises `PublishError` (DEPLOY_FAILED) with the reason of the first resource that failed; the stack is as it was.
    """
    token = executed(account.cloudformation, proposal)
    return ended(account, proposal.stack, proposal.stack_id, token, told, DEPLOYED)


def ended(account: Account, stack: str, stack_id: str, token: str, told: Told, good: tuple[str, ...]) -> Event:
    """The operation of that token has ended in a state of `good`; returns its last event. Raises as `done` does."""
    events: list[Event] = []
    for event in followed(account.cloudformation, stack_id, token):
        events.append(event)
        told.event(event)
    if events[-1].status not in good:
        raise PublishError(failure(stack, events[-1], first_reason(events)))
    return events[-1]


def failure(stack: str, last: Event, cause: Event | None) -> Fault:
    """What a failed operation is told as."""
    what = f"{cause.type.removeprefix('AWS::')} {cause.physical or cause.logical}: {cause.reason}" if cause else ""
    after = {
        "ROLLBACK_COMPLETE": "what it had made is removed again",
        "UPDATE_ROLLBACK_COMPLETE": "all is as it was before",
        "UPDATE_ROLLBACK_FAILED": "going back failed as well",
        "DELETE_FAILED": "the rest is removed",
    }.get(last.status, f"the stack is in the state {last.status}")
    fix = {
        "UPDATE_ROLLBACK_FAILED": "mend what it names, then deploy with --continue-rollback",
        "ROLLBACK_COMPLETE": "mend it; mesh-etl destroy removes what is left; then deploy again",
    }.get(last.status, "mend it, and run the command again")
    return Fault("DEPLOY_FAILED", f"{what or last.reason or 'CloudFormation gave no reason'}; {after}", stack, fix)


def gone_back(account: Account, found: Standing, told: Told) -> Event:
    """A rollback that had failed has gone on to its end; returns the last event.

    Raises `PlanError` (NO_ROLLBACK) for a stack in another state, and `PublishError` as `done` does.
    """
    from botocore.exceptions import ClientError

    if found.status != "UPDATE_ROLLBACK_FAILED":
        problem = f"the stack is in the state {found.status}, and there is no rollback to continue"
        raise PlanError(Fault("NO_ROLLBACK", problem, found.name, "deploy without --continue-rollback"))
    token = f"mesh-etl-{uuid.uuid4().hex}"
    with explained("cloudformation:ContinueUpdateRollback", found.name):
        try:
            account.cloudformation.continue_update_rollback(StackName=found.id, ClientRequestToken=token)
        except ClientError as error:
            if code_of(error) not in ("TokenAlreadyExists", "TokenAlreadyExistsException"):
                raise
    return ended(account, found.name, found.id, token, told, BACK)


def _root(wanted: Wanted) -> Template:
    return Template(wanted.digest, address=wanted.root_address)
