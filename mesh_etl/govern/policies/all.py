"""All policies of a mesh, in one order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.policies import trust
from mesh_etl.govern.policies.bucket import bucket, key_use, reading
from mesh_etl.govern.policies.documents import Document, allow, document
from mesh_etl.govern.policies.governor import permissions
from mesh_etl.govern.policies.places import Place, places

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.governance.accounts import Account


@dataclass(frozen=True)
class Policy:
    """A policy: of which account, on what it is put, and its document."""

    account: str
    subject: str
    kind: str
    document: Document


def policies(project: Project) -> tuple[Policy, ...]:
    """Every policy that governing the mesh needs, by account: those that its accounts must hold beforehand.

    Raises `PlanError`: NOT_GOVERNED for a mesh without accounts and a central one, EXTERNAL_ID_MISSING.
    """
    governance, mesh = project.mesh.governance, project.mesh
    if governance is None:
        fix = "add accounts and governance: docs/governance.md"
        raise PlanError(Fault("NOT_GOVERNED", "the mesh has no central account", "configs/mesh.yaml", fix))
    central = mesh.accounts[governance.account]
    found = places(project)
    made: list[Policy] = []
    for name, account in sorted(mesh.accounts.items()):
        made += _of_account(project, name, account, central, found)
    return tuple(made)


def _of_account(
    project: Project, name: str, account: Account, central: Account, found: tuple[Place, ...]
) -> Iterator[Policy]:
    mesh, key = project.mesh, project.env.s3.kms_key
    is_central = account.id == central.id
    others = [one for one in mesh.accounts.values() if one.id != central.id]
    roles = sorted(f"arn:aws:iam::{one.id}:role/{one.role}" for one in others) if is_central else []
    if not is_central:
        where = project.where_mesh("accounts", name)
        yield Policy(name, f"role {account.role}", "trust", trust.governor(account, central, where))
    allowed = permissions(account, _databases(project, name, is_central), central=is_central, roles=roles)
    yield Policy(name, f"role {account.role}", "permissions", allowed)
    read = found if is_central else tuple(place for place in found if place.account == name)
    own = any(domain.account == name for domain in mesh.domains.values())
    if is_central or own:
        yield Policy(name, f"role {account.registration_role}", "trust", trust.registration(account))
    if read:
        statements = reading(read, write=not is_central)
        if key is not None:
            actions = ["kms:Decrypt"] + ([] if is_central else ["kms:GenerateDataKey"])
            statements.append(allow("Key", actions, [key]))
        yield Policy(name, f"role {account.registration_role}", "permissions", document(statements))
    for role in sorted(
        persona.role
        for domain in mesh.domains.values()
        if domain.account == name
        for persona in domain.personas.values()
        if persona.runs_jobs
    ):
        yield Policy(name, f"role {role}", "trust", trust.jobs(account))
    yield from _of_buckets(name, account, central, found, key)


def _of_buckets(
    name: str, account: Account, central: Account, found: tuple[Place, ...], key: str | None
) -> Iterator[Policy]:
    held = [place for place in found if place.account == name]
    reader = None if account.id == central.id else f"arn:aws:iam::{central.id}:role/{central.registration_role}"
    for bucket_name, inside in groupby(held, key=lambda place: place.bucket):
        yield Policy(name, f"bucket {bucket_name}", "resource", bucket(list(inside), reader, key))
    if held and key is not None:
        users = [
            key_use(f"arn:aws:iam::{account.id}:role/{account.registration_role}", key, account.region, write=True)
        ]
        users += [key_use(reader, key, account.region, write=False)] if reader else []
        yield Policy(name, f"key {key}", "resource (statements to add)", document(users))


def _databases(project: Project, name: str, is_central: bool) -> list[str]:
    """The databases that the mesh has in the account's catalogue: its domains' own, and the central ones or links."""
    from mesh_etl.govern.names import central_database

    mesh = project.mesh
    own = [domain for domain, stated in mesh.domains.items() if stated.account == name]
    return sorted({*own, *(central_database(mesh, domain) for domain in mesh.domains)})
