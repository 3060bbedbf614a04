"""All policies of a mesh, in one order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.names import central_database, role_arn
from mesh_etl.govern.policies import personas, told, trust
from mesh_etl.govern.policies.bucket import bucket, key_use, reading
from mesh_etl.govern.policies.documents import Document, allow, document
from mesh_etl.govern.policies.governor import permissions
from mesh_etl.govern.policies.people import askers, deciders
from mesh_etl.govern.policies.places import Place, places
from mesh_etl.govern.policies.records import kept_records, let_in, of_people
from mesh_etl.govern.state.groups import account_of

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

    @property
    def file(self) -> str:
        """What its file is called: `sales-policy-mesh-boundary-demo-prod-sales-document.json`."""
        words = f"{self.account} {self.subject} {self.kind.partition(' (')[0]}"
        return "-".join("".join(c if c.isalnum() else " " for c in words).split()) + ".json"


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
    roles = sorted(role_arn(one, one.role) for one in others) if is_central else []
    if not is_central:
        where = project.where_mesh("accounts", name)
        yield Policy(name, f"role {account.role}", "trust", trust.governor(account, central, where))
    elif mesh.deployment.govern is not None:
        yield Policy(name, f"role {account.role}", "trust (statement to add)", trust.jobs(account))
    listeners = [arn for arn in (project.event_bus, _topic(project)) if arn] if is_central else []
    records = kept_records(project.governance_store, key, account.region) if is_central else []
    databases = _databases(project, name)
    allowed = permissions(account, databases, central=is_central, roles=roles, told=listeners, records=records)
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
    yield from _of_people(project, name, account, central, found)
    yield from _of_records(project, name, account, central)
    yield from _of_listeners(project, name, account, central)
    yield from _of_buckets(name, account, central, found, key)


def _of_people(
    project: Project, name: str, account: Account, central: Account, found: tuple[Place, ...]
) -> Iterator[Policy]:
    """What the roles of people and of jobs in the account need beside their rights in Lake Formation."""
    mesh = project.mesh
    every = sorted(central_database(mesh, domain) for domain in mesh.domains)
    for domain, stated in sorted(mesh.domains.items()):
        for persona in stated.personas.values() if stated.account == name else ():
            subject, own = f"role {persona.role}", central_database(mesh, domain)
            if not persona.runs_jobs:
                yield Policy(name, subject, "permissions", personas.reader(account, central, sorted({domain, *every})))
                continue
            yield Policy(name, subject, "trust", trust.jobs(account))
            entered = personas.runner(account, central, [domain], [own], every)
            yield Policy(name, subject, "catalogue permissions", entered)
            held = [place for place in found if place.domain == domain]
            if held or project.event_bus:
                written = personas.writer(held, project.env.s3.kms_key, project.event_bus)
                yield Policy(name, subject, "storage permissions", written)
    for _, consumer in sorted(mesh.consumers.items()):
        for role in sorted(consumer.principals.values()) if consumer.account == name else ():
            yield Policy(name, f"role {role}", "permissions", personas.reader(account, central, every))


def _of_records(project: Project, name: str, account: Account, central: Account) -> Iterator[Policy]:
    """What people need to ask for access and to decide on it, and what the bucket of the records says to all."""
    store, key = project.governance_store, project.env.s3.kms_key
    if not store.startswith("s3://"):
        return
    asking, deciding = askers(project), deciders(project)
    for who, arn in sorted(asking.items()):
        if account_of(arn) == account.id:
            held = of_people(store, key, central.region, decides=who in deciding)
            yield Policy(name, f"role {arn.partition(':role/')[2]}", f"records of {who}", document(held))
    if account.id == central.id:
        ask = {arn for who, arn in asking.items() if who not in deciding and account_of(arn) != central.id}
        decide = {arn for arn in deciding.values() if account_of(arn) != central.id}
        bucket_name = store.removeprefix("s3://").partition("/")[0]
        statements = let_in(store, sorted(ask - decide), sorted(decide))
        yield Policy(name, f"bucket {bucket_name}", "records (statements to add)", statements)
        if key is not None and ask | decide:
            users = [key_use(arn, key, account.region, write=True) for arn in sorted(ask | decide)]
            yield Policy(name, f"key {key}", "records (statements to add)", document(users))


def _of_listeners(project: Project, name: str, account: Account, central: Account) -> Iterator[Policy]:
    """The policies of the bus and of the topic where they are the account's, for roles of other accounts."""
    from mesh_etl.govern.principals import runner

    bus, topic = project.event_bus, _topic(project)
    governor = role_arn(central, central.role)
    if bus and bus.split(":")[4] == account.id:
        jobs = (runner(project.mesh, domain) for domain in project.mesh.domains)
        tellers = sorted({governor, *(one for one in jobs if one)})
        yield Policy(name, f"event bus {bus.rpartition('/')[2]}", "resource", told.bus(bus, tellers))
    if topic and topic.split(":")[4] == account.id:
        yield Policy(name, f"topic {topic.rpartition(':')[2]}", "resource", told.topic(topic, governor))


def _topic(project: Project) -> str | None:
    """The topic that is told of requests, by ARN; None where there is none."""
    return project.mesh.governance.notify if project.mesh.governance else None


def _of_buckets(
    name: str, account: Account, central: Account, found: tuple[Place, ...], key: str | None
) -> Iterator[Policy]:
    held = [place for place in found if place.account == name]
    reader = None if account.id == central.id else role_arn(central, central.registration_role)
    for bucket_name, inside in groupby(held, key=lambda place: place.bucket):
        yield Policy(name, f"bucket {bucket_name}", "resource", bucket(list(inside), reader, key))
    if held and key is not None:
        users = [key_use(role_arn(account, account.registration_role), key, account.region, write=True)]
        users += [key_use(reader, key, account.region, write=False)] if reader else []
        yield Policy(name, f"key {key}", "resource (statements to add)", document(users))


def _databases(project: Project, name: str) -> list[str]:
    """The databases that the mesh has in the account's catalogue: its domains' own, and the central ones or links."""

    mesh = project.mesh
    own = [domain for domain, stated in mesh.domains.items() if stated.account == name]
    return sorted({*own, *(central_database(mesh, domain) for domain in mesh.domains)})
