"""What a deploy tells of the policy that bounds the unit's roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.stacks.wanted import Wanted
    from mesh_etl.worlds import World

FOLDER = "policies"  # where the command that it names writes the policy


def bounded(world: World, project: Project, found: Estate, wanted: Wanted, as_json: bool) -> dict[str, Any]:
    """How the policy in the account stands beside the one that this version prints; what is amiss is told.

    Nothing where the stack makes no role, or the account has a boundary of its company.
    """
    from mesh_etl.cli import screen
    from mesh_etl.deploy.policies import bounding as printed
    from mesh_etl.deploy.stacks.bounding import bounding

    types = {one["Type"] for inside in wanted.resources.values() for one in inside.values()}
    policy = printed(project, found) if "AWS::IAM::Role" in types else None
    if policy is None:
        return {}
    print_it = f"mesh-etl govern policies --env {project.env_name} --account {policy.account} --out {FOLDER}"
    iam = world.client("iam", found.deployer)
    stands = bounding(iam, found.boundary, policy.document, print_it, f"{FOLDER}/{policy.file}")
    facts: dict[str, Any] = {"boundary_state": stands.state}
    if stands.fault is None:
        return facts
    if stands.state == "unread":
        why = stands.fault.problem
        facts["boundary_unread"] = f"whether the boundary is as this version prints it was not seen: {why}"
        if not as_json:
            screen.Page().line(facts["boundary_unread"])
        return facts
    if not as_json:
        screen.errors((stands.fault,), "warning")
    return facts | {"warnings": [*map(str, (*wanted.warnings, stands.fault))]}
