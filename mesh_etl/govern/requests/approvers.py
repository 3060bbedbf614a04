"""Who may decide on a request: the contract's approvers, else the owners of the product's domain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import domain_of
from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.actor import spoken
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.principals import name_of

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.contract.people import Role
    from mesh_etl.govern.requests.request import Request


def levels(role: Role | None) -> int:
    """How many have to approve what the role gives: two where the contract names approvers of a second level."""
    return 2 if role is not None and role.second_level_approvers else 1


def approvers(mesh: Mesh, domain: str, role: Role | None, level: int) -> tuple[str, ...]:
    """Who may decide at this level, counted from 1, by name.

    Those are whom the contract's role names. Where it names nobody: the domain's owner, its personas that are trusted
    to assign tags of the mesh, and the role that governs the domain's account.
    """
    stated = role and (role.first_level_approvers if level == 1 else role.second_level_approvers)
    if stated:
        return tuple(spoken(mesh, one) for one in re.split(r"[,;]", stated) if one.strip())
    found = mesh.domains[domain]
    trusted = {name for tag in mesh.tags.values() for name in tag.assign}
    personas = [name for name in found.personas if f"{domain}.{name}" in trusted]
    account = mesh.accounts[found.account] if found.account else None
    governor = [name_of(mesh, role_arn(account, account.role))] if account else []
    return (found.owner, *(f"{domain}.{name}" for name in personas), *governor)


def require_approver(mesh: Mesh, request: Request, role: Role | None, by: str) -> None:
    """`by` may take the next decision on the request.

    Raises `PlanError`: NOT_AN_APPROVER, and SELF_APPROVAL for whoever asked, is to get it, or has approved before.
    """
    level = min(len(request.approvals) + 1, request.asked.levels)
    domain = domain_of(request.asked.product)
    known = approvers(mesh, domain, role, level)
    if by not in known:
        fix = f"ask one of {', '.join(known)}"
        raise PlanError(Fault("NOT_AN_APPROVER", f"{by} may not decide on it", request.id, fix))
    if by in (request.steps[0].by, request.asked.named):
        raise PlanError(Fault("SELF_APPROVAL", f"{by} may not decide on an own request", request.id, "ask another"))
    if any(step.by == by for step in request.approvals):
        fix = f"ask another of {', '.join(one for one in known if one != by)}"
        problem = f"{by} has approved it already; it takes a second one"
        raise PlanError(Fault("SELF_APPROVAL", problem, request.id, fix))
