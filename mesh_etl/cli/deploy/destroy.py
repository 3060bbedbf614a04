"""`mesh-etl destroy`: the jobs of a unit are gone from its account; its data stays unless it is named as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.deploy.options import Unit, Yes
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.cli.deploy.following import Following
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.stacks.deployment import Account
    from mesh_etl.deploy.stacks.resources import Resource
    from mesh_etl.deploy.stacks.standing import Standing


def destroy(
    unit: Unit,
    with_data: Annotated[
        bool, typer.Option("--with-data", help="Buckets with all they hold, and keys, as well: that is for good.")
    ] = False,
    confirm: Annotated[str, typer.Option("--confirm", metavar="UNIT", help="The unit's name, for --with-data.")] = "",
    yes: Yes = False,
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Remove what a deploy has made: jobs, schedules, roles, alarms. Buckets and keys stay, and all that they hold.

    It may be cut off anywhere and run again; mesh-etl deploy brings all back that was not data. Entries of
    catalogues, tags and grants stay as well: mesh-etl govern destroy removes them."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.cli.deploy.following import Following
    from mesh_etl.config import Project
    from mesh_etl.deploy import names
    from mesh_etl.deploy.estate import estate
    from mesh_etl.deploy.stacks.change import JOB
    from mesh_etl.deploy.stacks.deployment import entered
    from mesh_etl.deploy.stacks.resources import resources
    from mesh_etl.deploy.stacks.standing import require_own, standing
    from mesh_etl.deploy.synth.tags import owner
    from mesh_etl.operate.runs import require_idle

    project = Project.open(root, env)
    found, following = estate(project, unit, emptied=True), Following(quiet=as_json)
    world = worlds.open(project.env, project.root)
    account = entered(world, found.deployer)
    stacks = [one for name in (found.stack, names.base(found.stack)) if (one := standing(account.cloudformation, name))]
    for one in stacks:
        require_own(one, owner(found))
    inside = {stack.name: resources(account.cloudformation, stack.id) for stack in stacks}
    every = [one for some in inside.values() for one in some]
    facts: dict[str, Any] = {"unit": unit, "stack": found.stack, "account": found.account.id}
    facts |= {"deployed": bool(stacks), "destroyed": bool(stacks)}
    if not stacks:
        _end(facts, [], [], 0, env, as_json)
        return
    require_idle(world.client("glue", found.deployer), [one.physical for one in every if one.type == JOB])
    kept = [] if with_data else [_staying(stack, inside[stack.name], found.stack) for stack in stacks]
    stays = [one for some in kept for one in some]
    if not as_json:
        _show(screen.Page(), found, every, stays)
    if not _agreed(found, env, with_data, confirm, yes):
        facts["destroyed"] = False
        _end(facts, [], [], 0, env, as_json)
        return
    objects = _removed(account, found, stacks, every, with_data, env, following)
    _end(facts, [one for one in every if one not in stays], stays, objects, env, as_json)


def _staying(stack: Standing, inside: Sequence[Resource], root: str) -> list[Resource]:
    """What stays of a stack where data is to stay: all of the artifacts bucket's, and of the root what holds data.

    That is a nested stack as a whole, unless the root cannot be changed any more.
    """
    if stack.name != root:
        return list(inside)
    holding = {one.stack for one in inside if one.holds_data} if stack.whole else set()
    return [one for one in inside if one.holds_data or one.stack in holding]


def _removed(
    account: Account,
    found: Estate,
    stacks: list[Standing],
    every: list[Resource],
    with_data: bool,
    env: str,
    following: Following,
) -> int:
    """What is to go is gone; returns how many objects of S3 went with it.

    Data goes before the stacks that name it, so that one can begin again.
    """
    from mesh_etl.cli.deploy.following import may_go_on
    from mesh_etl.deploy.stacks import data, deployment
    from mesh_etl.deploy.stacks.change_set import proposed
    from mesh_etl.deploy.stacks.execution import deleted
    from mesh_etl.deploy.stacks.removal import without_jobs
    from mesh_etl.deploy.stacks.standing import REVIEW, require_removable

    objects = 0
    for stack in stacks:
        require_removable(stack, found.unit, env, with_data)
    if with_data:
        following.step("deleting data")
        objects = data.gone(account.s3, account.kms, found.account.id, every)
    with may_go_on(found.stack, found.unit, env):
        for stack in stacks:
            if stack.name != found.stack and not with_data:
                continue
            template = None if with_data or not stack.whole else without_jobs(account.cloudformation, stack)
            following.step(f"removing {stack.name}")
            if template is None:
                token = deleted(account.cloudformation, stack)
                if stack.status == REVIEW:  # it has nothing that could be followed
                    continue
                deployment.ended(account, stack.name, stack.id, token, following.told, deployment.REMOVED)
                continue
            proposal = proposed(account.cloudformation, stack.name, template, stack.tags)
            if proposal is not None:
                deployment.done(account, proposal, following.told)
    return objects


def _agreed(found: Estate, env: str, with_data: bool, confirm: str, yes: bool) -> bool:
    from mesh_etl.cli.deploy.asking import confirmed, named
    from mesh_etl.errors import Fault, PlanError

    command = f"mesh-etl destroy {found.unit} --env {env}"
    if with_data:
        given = confirm or named(f"Type {found.unit} to delete its data for good", f"{command} --with-data --confirm …")
        if given != found.unit:
            fix = f"say --confirm {found.unit}, or leave out --with-data"
            raise PlanError(Fault("DESTROY_UNCONFIRMED", f"the unit is called '{found.unit}'", "--confirm", fix))
        return True
    return yes or confirmed(f"Remove {found.stack} so?", command)


def _show(page: Any, found: Estate, every: list[Resource], stays: list[Resource]) -> None:
    page.line(f"{found.stack} in account {found.account.id}, {found.account.region}", "bold")
    for one in every:
        if one not in stays:
            danger = one.holds_data
            page.line(f"  - {one.type.removeprefix('AWS::')}  {one.physical}", "bold red" if danger else "red")
            if danger:
                page.line("      ! holds data, which is lost", "bold red")
    for one in stays:
        page.line(f"  = {one.type.removeprefix('AWS::')}  {one.physical}  stays")
    page.line()


def _end(
    facts: dict[str, Any], gone: list[Resource], left: list[Resource], objects: int, env: str, as_json: bool
) -> None:
    from mesh_etl.cli import screen
    from mesh_etl.cli.wording import count

    if as_json:
        told = {"removed": [one.physical for one in gone], "left": [one.physical for one in left], "objects": objects}
        screen.document({**facts, **told})
        return
    page = screen.Page()
    if not facts["destroyed"]:
        page.line(f"{facts['stack']}: {'nothing was removed' if facts['deployed'] else 'there is no such stack'}")
        return
    page.line(f"{facts['stack']}: {count(len(gone), 'resource')} removed")
    if left:
        buckets = [one.physical for one in left if one.type == "AWS::S3::Bucket"]
        held = f", with {count(len(buckets), 'bucket')}: {', '.join(buckets)}" if buckets else ""
        page.line(f"left in the account: {count(len(left), 'resource')}{held}")
    page.line("entries of catalogues, tags and grants are as they were: mesh-etl govern destroy is for all of a mesh")
    page.next(f"mesh-etl deploy {facts['unit']} --env {env} --dry-run")
