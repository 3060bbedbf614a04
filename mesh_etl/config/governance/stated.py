"""Names in the governance of mesh.yaml that nothing bears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.errors import did_you_mean

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh


@dataclass(frozen=True)
class Misnamed:
    """A name that stands at `at` and that nothing bears."""

    problem: str
    fix: str
    at: tuple[str | int, ...]


def misnamed(mesh: Mesh) -> Iterator[Misnamed]:
    """What is wrong with the names by which parts of the mesh file refer to each other, in the order of its keys."""
    for name, domain in mesh.domains.items():
        if domain.account is not None and domain.account not in mesh.accounts:
            yield _unknown("account", domain.account, mesh.accounts, ("domains", name, "account"))
        elif domain.account is None and mesh.governance is not None:
            fix = "name one of accounts: each domain keeps its own data"
            yield Misnamed(f"the domain '{name}' has no account", fix, ("domains", name))
    if mesh.governance is not None and mesh.governance.account not in mesh.accounts:
        yield _unknown("account", mesh.governance.account, mesh.accounts, ("governance", "account"))
    for name, consumer in mesh.consumers.items():
        if consumer.account not in mesh.accounts:
            yield _unknown("account", consumer.account, mesh.accounts, ("consumers", name, "account"))


def _unknown(kind: str, name: str, known: Iterable[str], at: tuple[str | int, ...]) -> Misnamed:
    return Misnamed(f"there is no {kind} '{name}'", did_you_mean(name, known), at)
