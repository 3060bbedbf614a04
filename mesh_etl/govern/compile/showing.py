"""From audiences to grants: a whole table by name, a part of one by a data cells filter, a masked one by a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.govern.compile.audience import RIGHTS, Audience
from mesh_etl.govern.names import central, place, view
from mesh_etl.govern.principals import runner
from mesh_etl.govern.state import Cells, Columns, Database, Filter, Resource, Table, TableEntry

if TYPE_CHECKING:
    from mesh_etl.govern.compile.grants import Grants
    from mesh_etl.govern.compile.tagging import Tagging
    from mesh_etl.govern.products import Governed

SELECT = frozenset({"SELECT"})


@dataclass
class Shown:
    """The filters and views that audiences need, and the tags of the views' columns."""

    filters: dict[Filter, Cells] = field(default_factory=dict)
    views: dict[Table, TableEntry] = field(default_factory=dict)
    assigned: dict[Database | Table | Columns, dict[str, str]] = field(default_factory=dict)


def show(
    grants: Grants, shown: Shown, product: Governed, tagging: Tagging, audience: Audience, named: str = ""
) -> None:
    """Everybody in the audience may see what it is about; `named` is the filter's name where it is not the role's."""
    what, rights = _resource(grants, shown, product, tagging, audience, named or audience.role)
    for one in audience.to:
        grants.give(one, what, rights, [product.domain], grant_option=audience.grant_option)


def _resource(
    grants: Grants, shown: Shown, product: Governed, tagging: Tagging, audience: Audience, named: str
) -> tuple[Resource, frozenset[str]]:
    table = central(grants.mesh, product.product)
    if audience.whole:
        return table, RIGHTS[audience.access]
    names = tuple(tagging.columns) if audience.columns is None else audience.columns
    if not audience.mask:
        found = Filter(table, named)
        shown.filters[found] = Cells(audience.rows, tuple(sorted(names)))
        return found, SELECT
    masked = Table(table.catalog, table.database, view(product.product, named))
    shown.views[masked] = _masked(grants, product, names, audience)
    shown.assigned[masked] = tagging.table
    shown.assigned |= {Columns(masked, (name,)): tagging.columns[name] for name in names}
    return masked, RIGHTS["read"]


def _masked(grants: Grants, product: Governed, names: Sequence[str], audience: Audience) -> TableEntry:
    """The entry of the view; the role that runs the domain's jobs is whose rights it reads the table with."""
    from mesh_etl.views.entries import masked

    mesh = grants.mesh
    types = {name: kind for name, kind, _ in product.columns()}
    definer = runner(mesh, product.domain) or ""
    return masked(product.product, types, names, audience.mask, partial(place, mesh), definer, audience.rows)
