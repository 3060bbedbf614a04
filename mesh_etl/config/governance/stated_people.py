"""What is wrong with the people of a mesh file, and with the places that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesh_etl.config.governance.misstated import At, Misstated, unknown

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Domain, Mesh


def mistaken_people(mesh: Mesh) -> Iterator[Misstated]:
    """Every fault of personas and principals, and of names that are nobody's."""
    for name, domain in mesh.domains.items():
        yield from _mistaken_personas(mesh, name, domain)
    for name, consumer in mesh.consumers.items():
        if name in mesh.domains:
            problem = f"'{name}' is a domain already, and '{name}.…' would mean two things"
            yield Misstated("DUPLICATE_NAME", problem, "rename the consumer", ("consumers", name))
        yield from _shared_roles(mesh, consumer.account, dict(consumer.principals), ("consumers", name, "principals"))
    people = _people(mesh)
    anybody, kind = {*people, *mesh.domains, *mesh.consumers}, "persona, principal, domain or consumer"
    for key, tag in mesh.tags.items():
        for at, name in enumerate(tag.assign):
            if name not in people:
                yield unknown("persona or principal", name, people, ("tags", key, "assign", at))
    for index, access in enumerate(mesh.access):
        if access.to not in anybody:
            yield unknown(kind, access.to, anybody, ("access", index, "to"))
    for index, approval in enumerate(mesh.approvals):
        for at, name in enumerate(approval.to):
            if name not in anybody:
                yield unknown(kind, name, anybody, ("approvals", index, "to", at))
        for at, name in enumerate(approval.domains or ()):
            if name not in mesh.domains:
                yield unknown("domain", name, mesh.domains, ("approvals", index, "domains", at))


def _people(mesh: Mesh) -> list[str]:
    own = [f"{name}.{one}" for name, domain in mesh.domains.items() for one in domain.personas]
    return own + [f"{name}.{one}" for name, consumer in mesh.consumers.items() for one in consumer.principals]


def _mistaken_personas(mesh: Mesh, name: str, domain: Domain) -> Iterator[Misstated]:
    at = ("domains", name, "personas")
    runners = [one for one, persona in domain.personas.items() if persona.runs_jobs]
    for one in runners[1:]:
        problem = f"'{runners[0]}' runs the jobs of the domain already"
        yield Misstated("TWO_RUNNERS", problem, "keep one of them", (*at, one, "runs_jobs"))
    for one in runners:
        if mesh.governance is not None and not {"alter", "describe"} <= set(domain.personas[one].rights):
            problem = "who runs the jobs brings each version into the central catalogue, and may not"
            yield Misstated("RUNNER_RIGHTS", problem, "add describe and alter", (*at, one, "rights"))
    if domain.account is None and domain.personas:
        fix = "name its account, one of accounts"
        yield Misstated("NO_ACCOUNT", f"the domain '{name}' has personas and no account", fix, at)
    if domain.account is not None:
        yield from _shared_roles(mesh, domain.account, {o: p.role for o, p in domain.personas.items()}, at)


def _shared_roles(mesh: Mesh, account: str, roles: Mapping[str, str], at: At) -> Iterator[Misstated]:
    """Roles that two people have, or that somebody has who works in the account for the mesh itself."""
    taken: dict[str, str] = {}
    for one, role in roles.items():
        if taken.setdefault(role, one) != one:
            problem = f"'{taken[role]}' is the same role"
            yield Misstated("ROLE_SHARED", problem, "give each a role of its own", (*at, one))
        stated = mesh.accounts.get(account)
        if stated is not None and role in (stated.role, stated.registration_role):
            what = "governs the account, and may grant itself anything" if role == stated.role else "reads all data"
            yield Misstated("ROLE_SHARED", f"this role {what}", "give them another role", (*at, one))
