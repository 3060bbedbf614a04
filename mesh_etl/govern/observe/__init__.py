"""What the accounts of a mesh hold now, read in few calls: pages of lists, and none for each table or column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mesh_etl.govern.accounts import Accounts
from mesh_etl.govern.names import central_database
from mesh_etl.govern.observe.catalogue import databases, tables
from mesh_etl.govern.observe.grants import grants
from mesh_etl.govern.observe.lake import expressions, filters, locations, settings, tags
from mesh_etl.govern.observe.shares import shares
from mesh_etl.govern.observe.tagged import assigned
from mesh_etl.govern.state import State

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.worlds import World

__all__ = ["observed"]


def observed(project: Project, world: World, also: Iterable[str] = ()) -> State:
    """All that the accounts of the mesh hold and that decides who sees what.

    Of the catalogues, the databases are read that bear the names of the mesh, or one of `also`, and resource links to
    them. Raises `PlanError` (GOVERNANCE_MISSING), `RunError` (GOVERN_DENIED, GOVERN_UNREACHABLE, GOVERN_REFUSED).
    """
    accounts = Accounts(project, world)
    mesh = project.mesh
    names = {*mesh.domains, *(central_database(mesh, domain) for domain in mesh.domains), *also}
    found: dict[str, dict[Any, Any]] = {part: {} for part in State.__dataclass_fields__}

    def keep(part: str, entries: Mapping[Any, Any]) -> None:
        found[part].update(entries)

    for account in accounts:
        keep("settings", {account: settings(accounts, account)})
        own_tags = tags(accounts, account)
        keep("tags", own_tags)
        keep("expressions", expressions(accounts, account))
        own = databases(accounts, account, names)
        keep("databases", own)
        own_tables = tables(accounts, account, own)
        keep("tables", own_tables)
        keep("assigned", assigned(accounts, account, own_tags, own, own_tables))
        keep("filters", filters(accounts, account))
        keep("grants", grants(accounts, account))
        keep("locations", locations(accounts, account))
        keep("shares", shares(accounts, account))
    return State(**found)
