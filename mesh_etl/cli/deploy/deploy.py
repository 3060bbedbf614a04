"""`mesh-etl deploy`: the jobs of a unit run in its account as the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.deploy.options import Unit, Yes
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.deploy.following import Following
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.stacks.change import Change
    from mesh_etl.deploy.stacks.change_set import Proposal
    from mesh_etl.deploy.stacks.deployment import Account
    from mesh_etl.deploy.stacks.wanted import Parcel, Wanted

NOT_REACHED = (
    "AWS_MISSING", "AWS_CREDENTIALS", "AWS_ROLE", "AWS_EXPIRED", "AWS_UNREACHABLE", "PLACEHOLDER_ACCOUNT",
)  # fmt: skip


def deploy(
    unit: Unit,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    yes: Yes = False,
    continue_rollback: Annotated[
        bool, typer.Option("--continue-rollback", help="Let a rollback that failed go on, now that it is mended.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Then let S3 remove packages that no deploy of 30 days has used.")
    ] = False,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Bring the jobs of a unit into its account.

    They are packaged, what changes is shown, and after a yes it is done. It may be cut off anywhere and run
    again. What fails is rolled back by CloudFormation. A dry run works without credentials too: it then shows
    what a first deploy would make."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.cli.deploy import portrait
    from mesh_etl.cli.deploy.bounded import bounded
    from mesh_etl.cli.deploy.following import Following
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import estate
    from mesh_etl.deploy.placeholder import placeholders
    from mesh_etl.deploy.stacks.assembled import assembled
    from mesh_etl.deploy.stacks.deployment import entered
    from mesh_etl.deploy.stacks.retired import require_own_bucket
    from mesh_etl.errors import ConfigError, MeshError

    if continue_rollback and (dry_run or prune):
        raise typer.BadParameter("say --continue-rollback alone: it goes on with what failed, and does nothing else")
    project = Project.open(root, env)
    found, following = estate(project, unit), Following(quiet=as_json)
    if prune:
        require_own_bucket(project, found)
    if continue_rollback:
        account = entered(worlds.open(project.env, project.root), found.deployer)
        _continue(account, found, env, following, as_json)
        return
    unset = placeholders(project)
    if unset and not dry_run:
        raise ConfigError(*unset)
    following.step(f"packaging {unit}")
    wanted = assembled(project, found)
    if not as_json:
        screen.errors((*unset, *wanted.warnings), "warning")
    facts = _facts(wanted, dry_run) | {"boundary": found.boundary}
    try:
        world = worlds.open(project.env, project.root)
        account = entered(world, found.deployer)
        facts |= bounded(world, project, found, wanted, as_json)
        if dry_run:
            facts |= _tried(account, wanted, env)
        else:
            facts |= _done(account, world.client("glue", found.deployer), wanted, env, yes, following, as_json)
        if prune and not facts.get("refused"):
            facts["unused"] = _pruned(account, wanted, dry_run, following)
    except MeshError as error:
        if not dry_run or error.code not in NOT_REACHED:
            raise
        facts |= _from_nothing(wanted, error)
    if as_json:
        events = [{"at": one.at.isoformat(), "id": one.logical, "status": one.status} for one in following.events]
        screen.document({**facts, "changes": portrait.plain(facts["changes"]), "events": events})
    else:
        called = [one.product or one.name for one in found.jobs]
        portrait.told(screen.Page(), facts, wanted.titles, env, called)


def _done(
    account: Account, glue: Any, wanted: Wanted, env: str, yes: bool, following: Following, as_json: bool
) -> dict[str, Any]:
    """The unit is deployed; returns what was done.

    Raises `PlanError` where nobody has said yes, and JOBS_RUNNING where a job would go, with its role, while it runs.
    """
    from mesh_etl.cli.deploy.following import may_go_on
    from mesh_etl.deploy.stacks import deployment
    from mesh_etl.deploy.stacks.change import JOB, from_nothing
    from mesh_etl.deploy.stacks.retired import remembered
    from mesh_etl.operate.runs import require_idle

    told = following.told
    deployment.ready(account, wanted, env)
    base = deployment.base_proposed(account, wanted)
    first = base is not None and base.fresh
    root, sent = (None, ()) if first else _offered(account, wanted, following)
    changes = from_nothing(wanted) if first else (*_in_base(base), *(root.changes if root else ()))
    if not changes:
        return {"changes": (), "executed": False, "uploaded": _names(sent)}
    try:
        require_idle(glue, [one.physical for one in changes if one.type == JOB and one.goes])
        agreed = _agreed(changes, wanted, env, yes, as_json)
    except BaseException:
        _discarded(account, base, root)
        raise
    if not agreed:
        _discarded(account, base, root)
        return {"changes": changes, "executed": False, "refused": True, "uploaded": _names(sent)}
    with may_go_on(wanted.stack, wanted.unit, env):
        if base is not None:
            following.step("making the artifacts bucket" if first else "changing the artifacts bucket")
            deployment.done(account, base, told)
        if first:
            root, sent = _offered(account, wanted, following)
        if root is not None:
            remembered(account, wanted)
            following.step(f"changing {wanted.stack}")
            deployment.done(account, root, told)
    return {"changes": changes, "executed": True, "uploaded": _names(sent)}


def _offered(account: Account, wanted: Wanted, following: Following) -> tuple[Proposal | None, tuple[Parcel, ...]]:
    """The change set of the root stack, and what was uploaded for it."""
    from mesh_etl.deploy.stacks import deployment

    following.step("uploading")
    sent = deployment.sent(account, wanted, following.told)
    return deployment.root_proposed(account, wanted), sent


def _names(sent: tuple[Parcel, ...]) -> list[str]:
    return [one.name for one in sent]


def _agreed(changes: tuple[Change, ...], wanted: Wanted, env: str, yes: bool, as_json: bool) -> bool:
    from mesh_etl.cli import screen
    from mesh_etl.cli.deploy import portrait
    from mesh_etl.cli.deploy.asking import confirmed

    if not as_json:
        portrait.show(screen.Page(), changes, wanted.titles)
    return yes or confirmed(f"Deploy {wanted.stack} so?", f"mesh-etl deploy {wanted.unit} --env {env}")


def _discarded(account: Account, *proposals: Proposal | None) -> None:
    from mesh_etl.deploy.stacks.change_set import discard

    for one in proposals:
        if one is not None:
            discard(account.cloudformation, one)


def _tried(account: Account, wanted: Wanted, env: str) -> dict[str, Any]:
    """What a deploy would change, from a change set that is made and deleted; from the templates before the first."""
    from mesh_etl.deploy.stacks import deployment
    from mesh_etl.deploy.stacks.change import from_nothing

    deployment.ready(account, wanted, env)
    base = deployment.base_proposed(account, wanted, trial=True)
    _discarded(account, base)
    if base is not None and base.fresh:
        return {"changes": from_nothing(wanted), "asked": True}
    root = deployment.tried(account, wanted)
    return {"changes": (*_in_base(base), *(root.changes if root else ())), "asked": True}


def _pruned(account: Account, wanted: Wanted, dry_run: bool, following: Following) -> list[dict[str, Any]]:
    """What is in the artifacts bucket and nobody needs is marked, or only found in a dry run; returns it."""
    from mesh_etl.deploy.stacks.retired import retired, unused

    following.step("looking for packages that nobody needs")
    found = unused(account, wanted)
    if not dry_run:
        retired(account, wanted, found)
    return [{"key": one.key, "size": one.size} for one in found]


def _in_base(proposal: Proposal | None) -> tuple[Change, ...]:
    from dataclasses import replace

    from mesh_etl.deploy.stacks.change import BASE

    return tuple(replace(one, stack=BASE) for one in proposal.changes) if proposal else ()


def _from_nothing(wanted: Wanted, error: Any) -> dict[str, Any]:
    from mesh_etl.deploy.stacks.change import from_nothing

    return {"changes": from_nothing(wanted), "asked": False, "not_asked": str(error.faults[0])}


def _continue(account: Account, found: Estate, env: str, following: Following, as_json: bool) -> None:
    from mesh_etl.cli import screen
    from mesh_etl.cli.deploy.following import may_go_on
    from mesh_etl.deploy.stacks import deployment
    from mesh_etl.deploy.stacks.standing import require_own, standing
    from mesh_etl.deploy.synth.tags import owner
    from mesh_etl.errors import Fault, PlanError

    stack = standing(account.cloudformation, found.stack)
    if stack is None:
        raise PlanError(Fault("NO_ROLLBACK", "there is no such stack", found.stack, "deploy it"))
    require_own(stack, owner(found))
    with may_go_on(found.stack, found.unit, env):
        last = deployment.gone_back(account, stack, following.told)
    if as_json:
        screen.document({"unit": found.unit, "stack": found.stack, "state": last.status})
    else:
        page = screen.Page()
        page.line(f"{found.stack}: all is as it was before")
        page.next(f"mesh-etl deploy {found.unit} --env {env}")


def _facts(wanted: Wanted, dry_run: bool) -> dict[str, Any]:
    return {
        "unit": wanted.unit,
        "stack": wanted.stack,
        "account": wanted.account,
        "region": wanted.region,
        "dry_run": dry_run,
        "warnings": [str(one) for one in wanted.warnings],
    }
