"""What somebody makes by hand before the first deploy: what accounts must hold that no stack makes.

That is what governs a mesh, the roles that deploy, what bounds the roles of stacks, and the roles of jobs where a
domain makes its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mesh_etl.config.env import AwsWorld
from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE, Estate, estate, units
from mesh_etl.deploy.synth.access.boundary import boundary
from mesh_etl.deploy.synth.access.deployer import of_deployer, of_destroyer
from mesh_etl.deploy.synth.access.job_role import of_jobs
from mesh_etl.deploy.synth.access.sized import sized
from mesh_etl.deploy.synth.storage.warehouse import made_here, tables
from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies import Policy
from mesh_etl.govern.policies import policies as governing
from mesh_etl.govern.policies.documents import document, trusted

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.governance.accounts import Account
    from mesh_etl.govern.policies.documents import Document, Statement


def by_hand(project: Project, *, with_data: bool = False) -> tuple[Policy, ...]:
    """All that the accounts must hold beforehand and no stack makes: of a mesh without accounts, what a deploy needs.

    Raises `PlanError`: EXTERNAL_ID_MISSING, and NOT_GOVERNED for a mesh without a central account on this machine.
    """
    governed = project.mesh.governance is not None
    if not governed and not isinstance(project.env.world, AwsWorld):
        problem = "the mesh has no central account, and this environment is this machine"
        fix = "what a deploy needs is printed for an environment of AWS: --env NAME; to govern: docs/governance.md"
        raise PlanError(Fault("NOT_GOVERNED", problem, "configs/mesh.yaml", fix))
    stacks = made_by_stacks(project)
    found = [one for one in governing(project) if (one.account, one.subject) not in stacks] if governed else []
    return (*found, *policies(project, with_data=with_data))


def policies(project: Project, *, with_data: bool = False) -> tuple[Policy, ...]:
    """What bounds roles, and the policies of deployers and of jobs; none in an environment that is this machine.

    With `with_data` also those by which a deployer may remove the data of a unit.
    """
    if not isinstance(project.env.world, AwsWorld):
        return ()
    return tuple(one for unit in units(project) for one in _of_unit(project, estate(project, unit), with_data))


def made_by_stacks(project: Project) -> frozenset[tuple[str, str]]:
    """What comes with a stack, by account and by what a policy is put on: CloudFormation refuses to make it again.

    Those are roles of jobs and buckets of tables, unless the domain says that they are existing ones; nothing in an
    environment that is this machine. Raises `ConfigError` BUCKET_SHARED.
    """
    found: set[tuple[str, str]] = set()
    for unit in units(project) if isinstance(project.env.world, AwsWorld) else ():
        one = estate(project, unit)
        account, place = _account(project, one), tables(project, one)
        if unit != CENTRE and one.settings.roles == "create":
            found.add((account, f"role {one.role.role}"))
        if place is not None and made_here(project, one):
            found.add((account, f"bucket {place.bucket}"))
    return frozenset(found)


def bounding(project: Project, one: Estate) -> Policy | None:
    """The policy that bounds the unit's roles; None where the account has one of its company.

    Raises `ConfigError` BOUNDARY_TOO_LARGE.
    """
    if one.settings.boundary is not None:
        return None
    return Policy(_account(project, one), f"policy {names.boundary(one.stack)}", "document", boundary(project, one))


def _account(project: Project, one: Estate) -> str:
    """The name of the unit's account in the mesh; its id in a mesh that names none."""
    known = project.mesh.accounts.items()
    return next((name for name, stated in known if stated.id == one.account.id), one.account.id)


def _of_unit(project: Project, one: Estate, with_data: bool) -> Iterator[Policy]:
    account = _account(project, one)
    deployer = f"role {one.account.deploy_role}"
    governance = project.mesh.governance
    central = None if governance is None else project.mesh.accounts[governance.account]
    if central is not None and central.id != one.account.id and one.account.external_id is not None:
        yield Policy(account, deployer, "trust", _trust(central, one.account.external_id))
    if (bounds := bounding(project, one)) is not None:
        yield bounds
    yield from _numbered(account, deployer, f"deployment of {one.unit}", of_deployer(project, one))
    if with_data:
        yield from _numbered(account, deployer, f"data of {one.unit}", of_destroyer(project, one))
    if one.unit == CENTRE or one.settings.roles == "existing":
        yield from _numbered(account, f"role {one.role.role}", f"jobs of {one.unit}", of_jobs(project, one))


def _numbered(account: str, role: str, kind: str, statements: Iterable[Statement]) -> Iterator[Policy]:
    """The statements in policies that are small enough, each with its number."""
    for number, one in enumerate(sized(role, statements), start=1):
        yield Policy(account, role, f"{kind}, {number}", one)


def _trust(central: Account, external_id: str) -> Document:
    """Who deploys from the central account takes the role there, by the external id."""
    taker = {"AWS": role_arn(central, central.deploy_role)}
    return document([trusted("Deployer", taker, ["sts:AssumeRole"], {"StringEquals": {"sts:ExternalId": external_id}})])
