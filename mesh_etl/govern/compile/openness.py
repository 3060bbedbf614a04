"""What a contract opens wider than its owner may know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.govern.names import role_arn

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.compile.audience import Audience
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.compile.tagging import Tagging
    from mesh_etl.govern.compile.vocabulary import Vocabulary
    from mesh_etl.govern.products import Governed


def warn_of_openness(
    mesh: Mesh,
    products: Iterable[Governed],
    tagged: Mapping[str, Tagging],
    roles: Mapping[str, tuple[Audience, ...]],
    words: Vocabulary,
    findings: Findings,
) -> None:
    """A role by which others see every column, guarded ones included, is told: GOVERNANCE_OPEN."""
    for product in products:
        guarded = [name for name, tags in tagged[product.product].effective.items() if words.most_guarded(tags)]
        own = _own(mesh, product.domain)
        for audience in roles[product.product]:
            strangers = any(set(one.roles) - own or one.whole for one in audience.to)
            masked = [name for name in guarded if name not in audience.mask]
            if strangers and masked and audience.columns is None and audience.access != "describe":
                problem = f"role '{audience.role}' shows others all columns of {product.product}, {_listed(masked)} too"
                fix = "hide them with hideClassified, hide or columns, or list all columns where that is meant"
                findings.warn("GOVERNANCE_OPEN", problem, audience.where, fix)


def warn_of_defaults(mesh: Mesh, findings: Findings, where: Callable[..., str]) -> None:
    """A tag whose default shows more than another value of it is told: what nobody has judged would be open to some."""
    for key, tag in mesh.tags.items():
        if tag.default is not None and tag.default != tag.values[-1]:
            problem = f"tags.{key}: '{tag.default}' is what new columns are until somebody judges them,"
            fix = f"make '{tag.values[-1]}' the default, or put the strictest value last"
            findings.warn(
                "TAG_DEFAULT_OPEN", f"{problem} and not the strictest value", where("tags", key, "default"), fix
            )


def _own(mesh: Mesh, domain: str) -> set[str]:
    stated = mesh.domains[domain]
    if stated.account is None:
        return set()
    return {role_arn(mesh.accounts[stated.account], one.role) for one in stated.personas.values()}


def _listed(names: list[str]) -> str:
    return f"'{names[0]}'" if len(names) == 1 else f"'{names[0]}' and {len(names) - 1} more that are guarded"
