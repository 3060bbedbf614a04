"""What is between the configuration and the accounts: read, compiled, compared."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import domain_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.govern.compile import governance
from mesh_etl.govern.difference import Bounds, Change, Changes, difference
from mesh_etl.govern.difference.things import database
from mesh_etl.govern.governors import with_governors
from mesh_etl.govern.names import central, central_account, central_database
from mesh_etl.govern.observe import observed
from mesh_etl.govern.record import Record
from mesh_etl.govern.requests import Desk
from mesh_etl.govern.state import Columns, ColumnsBut, Database, Filter, State, Table
from mesh_etl.govern.store import store
from mesh_etl.govern.uncollected import uncollected

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.worlds import World


@dataclass(frozen=True)
class Scope:
    """The part of a mesh that a plan is about: one domain, one product, or all of it."""

    domain: str = ""
    product: str = ""


@dataclass(frozen=True)
class Planned:
    """What there is, what is asked for, and the changes between them; `warnings` are those of the configuration."""

    observed: State
    desired: State
    bounds: Bounds
    changes: Changes
    warnings: tuple[Fault, ...] = ()


ALL = Scope()


def planned(project: Project, world: World, scope: Scope = ALL, today: datetime.date | None = None) -> Planned:
    """What has to change so that the accounts hold what the project and the approved requests ask for.

    Raises `ConfigError` with the faults of the configuration, `PlanError` (GOVERNANCE_MISSING), and `RunError` where an
    account cannot be read: GOVERN_DENIED, GOVERN_UNREACHABLE, GOVERN_REFUSED.
    """
    with uncollected():
        return _planned(project, world, scope, today)


def _planned(project: Project, world: World, scope: Scope, today: datetime.date | None) -> Planned:
    desk = Desk(project)
    compiled = governance(project, desk.approved(), today or desk.today)
    if compiled.faults:
        raise ConfigError(*compiled.faults)
    limits = bounds(project)
    names = {one[2] for one in limits.claims.things if one[0] == "databases"}
    found = observed(project, world, names)
    wanted = with_governors(compiled.state, found, limits.claims)
    changes = difference(found, wanted, limits)
    if scope != ALL:
        changes = replace(changes, changes=tuple(one for one in changes.changes if touches(one, scope, project.mesh)))
    return Planned(found, wanted, limits, changes, compiled.warnings)


def record(project: Project) -> Record:
    """Where the applications to the mesh are recorded."""
    return Record(*store(project))


def bounds(project: Project) -> Bounds:
    """Where the mesh of the project ends. Raises `RunError` (RECORD_DAMAGED)."""
    mesh = project.mesh
    homes = {}
    for name, domain in mesh.domains.items():
        if domain.account is not None:
            homes[name] = homes[central_database(mesh, name)] = mesh.accounts[domain.account].id
    return Bounds(
        mesh.name,
        central_account(mesh).id,
        homes,
        {key: tag.values for key, tag in mesh.tags.items()},
        {key: tag.default for key, tag in mesh.tags.items() if tag.default is not None},
        mesh.governance is not None and mesh.governance.exclusive,
        frozenset(project.identity(name).arn for name in mesh.accounts),
        record(project).claims(),
    )


def touches(change: Change, scope: Scope, mesh: Mesh) -> bool:
    """Whether a plan of this scope has the change: those of its things, and what these need to be there."""
    domain = scope.domain or domain_of(scope.product)
    found = database(change)
    if found is None:
        return change.kind == "added" or change.part == "settings"
    if found.name not in (domain, central_database(mesh, domain)):
        return False
    if not scope.product:
        return True
    wanted = central(mesh, scope.product)
    key = change.key.resource if change.part == "grants" else change.key
    match key:
        case Database():
            return change.kind == "added"
        case Table():
            return key.name == wanted.name or key.name.startswith(f"{wanted.name}__")
        case Columns(table) | ColumnsBut(table) | Filter(table):
            return table == wanted
    return change.kind == "added"
