"""What roles must hold that no stack makes: those that deploy, and those of jobs where a domain makes its own roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mesh_etl.config.env import AwsWorld
from mesh_etl.deploy.estate import CENTRE, Estate, estate, units
from mesh_etl.deploy.synth.access.deployer import of_deployer, of_destroyer
from mesh_etl.deploy.synth.access.job_role import of_jobs
from mesh_etl.deploy.synth.access.sized import sized
from mesh_etl.deploy.synth.storage.warehouse import made_here, tables
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies import Policy
from mesh_etl.govern.policies.documents import document, trusted

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.governance.accounts import Account
    from mesh_etl.govern.policies.documents import Document, Statement


def policies(project: Project, *, with_data: bool = False) -> tuple[Policy, ...]:
    """The policies of deployers and of jobs, by account; none in an environment that is this machine.

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
