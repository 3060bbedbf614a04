"""Access that holds for everything that is tagged so: LF-Tag expressions, and who may see and assign tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.govern.principals import recipients
from mesh_etl.govern.state import Tagged, TagValues, expression

if TYPE_CHECKING:
    from mesh_etl.config.governance.tags import TagExpression
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.compile.grants import Grants
    from mesh_etl.govern.compile.vocabulary import Values

ASSIGNS = frozenset({"ASSOCIATE", "DESCRIBE"})


def grant_tags(grants: Grants) -> None:
    """Those who may assign a tag have that right on its values."""
    for key, tag in grants.mesh.tags.items():
        for name in tag.assign:
            for who in recipients(grants.mesh, name).roles:
                grants.on_central(who, TagValues(grants.central, key, tuple(sorted(tag.values))), ASSIGNS)


def grant_access(
    grants: Grants, found: Mapping[str, list[Values]], findings: Findings, where: Callable[..., str]
) -> None:
    """Everybody has the access that the mesh file gives by tags.

    `found` has by domain which tags its columns have, each combination once. Access that reaches no column of any
    product is told: GOVERNANCE_EMPTY.
    """
    mesh = grants.mesh
    for index, access in enumerate(mesh.access):
        wanted = of_access(mesh, access.tagged)
        domains = [name for name, columns in found.items() if any(matches(wanted, tags) for tags in columns)]
        if not domains:
            problem = f"access[{index}]: no column of any product is tagged so"
            fix = "see how products are tagged: mesh-etl govern plan"
            findings.warn("GOVERNANCE_EMPTY", problem, where("access", index, "tagged"), fix)
        saved = access.tagged if isinstance(access.tagged, str) else ""
        what = Tagged(grants.central, "TABLE", () if saved else expression(wanted), saved)
        rights = frozenset(verb.upper() for verb in access.rights)
        grants.give(recipients(mesh, access.to), what, rights, domains, grant_option=access.grant_option)


def of_access(mesh: Mesh, tagged: TagExpression | str) -> TagExpression:
    """The expression itself, of a saved one as well."""
    return mesh.expressions[tagged] if isinstance(tagged, str) else tagged


def matches(wanted: TagExpression, tags: Mapping[str, str]) -> bool:
    """Whether all keys of the expression match: one of the values of each."""
    return all(tags.get(key) in values for key, values in wanted.items())
