"""What Lake Formation has room for: more than that is told before anything is asked of it.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/row-filtering-notes.html
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mesh_etl.govern.state import Filter

if TYPE_CHECKING:
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.state import State

MOST_TAGS, MOST_VALUES = 1000, 1000  # of an account, and of one tag: AWS raises both on request
MOST_ON_A_RESOURCE = 50
MOST_FILTERS = 100  # of one table that one principal has


def require_room(state: State, findings: Findings) -> None:
    """The state is one that Lake Formation can hold; what it has no room for is a fault: GOVERNANCE_QUOTA."""

    def told(what: str, found: int, most: int, where: str, fix: str) -> None:
        if found > most:
            findings.fault("GOVERNANCE_QUOTA", f"{what}: {found}, and Lake Formation has room for {most}", where, fix)

    told("LF-Tags", len(state.tags), MOST_TAGS, "tags", "leave out those that nothing is granted by")
    for (_, key), values in state.tags.items():
        told(f"values of the tag '{key}'", len(values), MOST_VALUES, f"tags.{key}", "use fewer values")
    most = max((len(tags) for tags in state.assigned.values()), default=0)
    told("tags of one resource", most, MOST_ON_A_RESOURCE, "tags", "use fewer keys")
    held = Counter((key.principal, key.resource.table) for key in state.grants if isinstance(key.resource, Filter))
    for (principal, table), number in held.items():
        who, where = principal.rpartition("/")[2], f"{table.database}.{table.name}"
        told(f"filters of this table that {who} has", number, MOST_FILTERS, where, "make one role of several")
