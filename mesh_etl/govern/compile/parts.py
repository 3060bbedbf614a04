"""Parts of tables that Lake Formation cannot keep to: keys of partitions, and parts for those who write the whole.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html: no column filtering on partition
keys; whoever may SELECT some columns cannot be granted ALTER, DROP, DELETE or INSERT, beside which it has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.govern.names import central
from mesh_etl.govern.principals import name_of
from mesh_etl.govern.state import GrantKey

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.compile.audience import Audience
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.compile.tagging import Tagging
    from mesh_etl.govern.compile.vocabulary import Vocabulary
    from mesh_etl.govern.products import Governed
    from mesh_etl.govern.state import Rights

WRITES = frozenset({"ALTER", "DROP", "DELETE", "INSERT"})


def check_parts(
    mesh: Mesh,
    products: Iterable[Governed],
    roles: Mapping[str, tuple[Audience, ...]],
    tagged: Mapping[str, Tagging],
    words: Vocabulary,
    grants: Mapping[GrantKey, Rights],
    findings: Findings,
) -> None:
    """A role with a filter hides no key of partitions, and is nobody's who writes the table.

    A key that is a column as it is and a part for writers are faults: GOVERNANCE_PARTITION_KEY, GOVERNANCE_PART. A key
    that is made of a hidden column, of those that are guarded most, tells something of it, and is told:
    GOVERNANCE_KEY_SHOWN.
    """
    for product in products:
        guarded = {name for name, tags in tagged[product.product].effective.items() if words.most_guarded(tags)}
        for audience in roles[product.product]:
            if audience.mask or audience.whole:
                continue
            _check_keys(product, audience, guarded, findings)
            _check_writers(mesh, product, audience, grants, findings)


def _check_keys(product: Governed, audience: Audience, guarded: set[str], findings: Findings) -> None:
    if audience.columns is None or product.iceberg:  # Iceberg's keys are no columns
        return
    stored = {one.name for one in product.contract.schema}
    for key in product.partition_by:
        if key.column in audience.columns or key.column not in stored:
            continue
        named = f"role '{audience.role}': '{key.name}' is a partition key, shown to every reader on AWS"
        if key.transform == "identity":
            fix = "show it, partition by something else, or give them a view with a mask"
            findings.fault("GOVERNANCE_PARTITION_KEY", named, audience.where, fix)
        elif key.column in guarded:
            fix = "partition by something else where that tells too much"
            problem = f"{named}: it tells something of '{key.column}', which is hidden"
            findings.warn("GOVERNANCE_KEY_SHOWN", problem, audience.where, fix)


def _check_writers(
    mesh: Mesh, product: Governed, audience: Audience, grants: Mapping[GrantKey, Rights], findings: Findings
) -> None:
    table = central(mesh, product.product)
    for who in dict.fromkeys(one.principal for one in audience.to):
        held = grants.get(GrantKey(table.catalog, who, table))
        writes = sorted(WRITES & held.permissions) if held else []
        if writes:
            problem = f"role '{audience.role}' shows {name_of(mesh, who)} a part of {product.product}, on which it has"
            fix = "take its name out of this role, or those rights away: Lake Formation refuses both together"
            findings.fault("GOVERNANCE_PART", f"{problem} {', '.join(writes)}", audience.where, fix)
