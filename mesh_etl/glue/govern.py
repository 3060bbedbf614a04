"""`jobs/govern.py`: the accounts of the mesh are held against its configuration."""

from __future__ import annotations

import getpass
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl import worlds
from mesh_etl.errors import Fault, PublishError
from mesh_etl.glue import told
from mesh_etl.glue.opened import project_of
from mesh_etl.govern.actor import actor
from mesh_etl.govern.apply import apply
from mesh_etl.govern.planned import ALL
from mesh_etl.govern.settled import settled
from mesh_etl.publish.entries import behind, first_entry, rolled

if TYPE_CHECKING:
    from mesh_etl.glue.arguments import Arguments


def work(given: Arguments) -> None:
    """The accounts are as the configuration says, and on this machine the entries of all products as their ledgers say.

    A line tells it. On AWS entries are held against ledgers by the audit of each domain. Where something differs,
    raises `PublishError` DRIFTED, and with `--repair true` makes it so; what would show more personal data or take
    something away is for a person to apply. Raises what reading the accounts raises.
    """
    repair = given.is_set("repair")
    project = project_of(given)
    world = worlds.open(project.env, project.root)
    changes = settled(project, world).changes.changes
    if repair and changes:
        by = actor(project.mesh, world, getpass.getuser() if world.name == "local" else "")
        apply(project, world, by, inputs=partial(first_entry, project, world))
    entries = (rolled if repair else behind)(project, world, ALL)
    drifted = bool(changes or entries)
    outcome = ("repaired" if repair else "drifted") if drifted else "well"
    told.line(
        "govern", outcome=outcome, changes=len(changes), entries={name: list(one) for name, one in entries.items()}
    )
    if drifted and not repair:
        problem = f"the accounts differ from the configuration: {len(changes)} changes, {len(entries)} entries behind"
        raise PublishError(Fault("DRIFTED", problem, "configs/mesh.yaml", "see them: mesh-etl govern plan"))
