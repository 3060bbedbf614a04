"""The steps of a deploy: what is in the way, the base stack, the upload, the proposal, and its execution."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.stacks.change_set import Proposal, Template, discard, proposed
from mesh_etl.deploy.stacks.events import Event, first_reason, followed, left
from mesh_etl.deploy.stacks.execution import executed, rollback_continued
from mesh_etl.deploy.stacks.standing import Standing, require_own, require_ready, standing
from mesh_etl.deploy.stacks.upload import uploaded
from mesh_etl.deploy.stacks.wanted import Parcel, Wanted
from mesh_etl.errors import Fault, PlanError, PublishError, RunError

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
    """The root stack, where both stacks can be deployed. Raises as `require_own` and `require_ready` do."""
    for name in (wanted.base_stack, wanted.stack):
        found = standing(account.cloudformation, name)
        require_own(found, wanted.tags)
        require_ready(found, wanted.unit, env)
    return found


def base_proposed(account: Account, wanted: Wanted, *, trial: bool = False) -> Proposal | None:
    """The change set of the stack that makes the artifacts bucket, or None where it is as its template says."""
    template = Template(hashlib.sha256(wanted.base.encode()).hexdigest(), body=wanted.base)
    return proposed(account.cloudformation, wanted.base_stack, template, wanted.tags, trial=trial)


def sent(account: Account, wanted: Wanted, told: Told) -> tuple[Parcel, ...]:
    """Files and templates are in the artifacts bucket; returns those that were not there before."""
    return uploaded(account.s3, wanted.bucket, wanted.account, wanted.parcels, told.sent)


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

    Raises `PublishError` as `ended` does: with the reason of the first resource that failed; the stack is as it was.
    """
    token = executed(account.cloudformation, proposal)
    return ended(account, proposal.stack, proposal.stack_id, token, told, DEPLOYED)


def ended(account: Account, stack: str, stack_id: str, token: str, told: Told, good: tuple[str, ...]) -> Event:
    """The operation of that token has ended in a state of `good`; returns its last event.

    Raises `PublishError`: DEPLOY_FAILED, and LEFT_BEHIND where all is done but for what could not be removed; and
    `RunError` where it cannot be followed any more, with INTERRUPTED behind why.
    """
    events: list[Event] = []
    try:
        for event in followed(account.cloudformation, stack_id, token):
            events.append(event)
            told.event(event)
    except RunError as error:
        problem, fix = "nobody looks any more, and CloudFormation goes on", "mesh-etl status shows how it ends"
        raise RunError(*error.faults, Fault("INTERRUPTED", problem, stack, fix), retryable=error.retryable) from error
    if events[-1].status not in good:
        raise PublishError(failure(stack, events[-1], first_reason(events)))
    if behind := left(events):
        raise PublishError(*(_behind(stack, one) for one in behind))
    return events[-1]


def _behind(stack: str, one: Event) -> Fault:
    problem = f"all else is done, but {_named(one)} could not be removed, and is in no stack any more"
    return Fault("LEFT_BEHIND", problem, stack, "delete it by hand; a deploy that needs its name would find it taken")


def _named(one: Event) -> str:
    return f"{one.type.removeprefix('AWS::')} {one.physical or one.logical}: {one.reason}"


def failure(stack: str, last: Event, cause: Event | None) -> Fault:
    """What a failed operation is told as."""
    what = _named(cause) if cause else ""
    after = {
        "ROLLBACK_COMPLETE": "what it had made is removed again",
        "UPDATE_ROLLBACK_COMPLETE": "all is as it was before",
        "UPDATE_ROLLBACK_FAILED": "going back failed as well",
        "DELETE_FAILED": "the rest is removed",
    }.get(last.status, f"the stack is in the state {last.status}")
    unbounded = cause is not None and cause.type == "AWS::IAM::Role" and "is not attachable" in cause.reason
    mend = "make the policy first, mesh-etl govern policies prints it" if unbounded else "mend it"
    fix = {
        "UPDATE_ROLLBACK_FAILED": "mend what it names, then deploy with --continue-rollback",
        "ROLLBACK_COMPLETE": f"{mend}; mesh-etl destroy removes what is left; then deploy again",
    }.get(last.status, f"{mend}, and run the command again")
    return Fault("DEPLOY_FAILED", f"{what or last.reason or 'CloudFormation gave no reason'}; {after}", stack, fix)


def gone_back(account: Account, found: Standing, told: Told) -> Event:
    """A rollback that had failed has gone on to its end; returns the last event.

    Raises `PlanError` (NO_ROLLBACK) for a stack in another state, and `PublishError` as `done` does.
    """
    if found.status != "UPDATE_ROLLBACK_FAILED":
        problem = f"the stack is in the state {found.status}, and there is no rollback to continue"
        raise PlanError(Fault("NO_ROLLBACK", problem, found.name, "deploy without --continue-rollback"))
    token = rollback_continued(account.cloudformation, found)
    return ended(account, found.name, found.id, token, told, BACK)


def _root(wanted: Wanted) -> Template:
    return Template(wanted.digest, address=wanted.root_address)
