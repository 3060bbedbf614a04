"""What a unit's stacks are called, and where its tables are, is its own alone in the account.

Rights go by these names: units that shared one would have rights on each other's things. Names in AWS keep letters and
digits, with a hyphen for all else, so that those of different units may come to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.config import placement
from mesh_etl.config.project import Project
from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE, estate, units
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate

APART = "give the domain another name, or an account of its own"


def shared(project: Project, one: Estate) -> Iterator[Fault]:
    """What the unit shares with another of its account: NAME_TAKEN in any environment, WAREHOUSE_INSIDE in its own."""
    yield from _names(project, one)
    yield from _tables(project, one)


def _names(project: Project, one: Estate) -> Iterator[Fault]:
    own, known = _called(one.stack), units(project)
    for env in placement.environments(project.root):
        for unit in known:
            taken = own & _called(names.stack(project.mesh.name, env, unit))
            if (env, unit) == (project.env_name, one.unit) or not taken or not _beside(project, env, unit, one):
                continue
            whose = f"'{unit}'" if env == project.env_name else f"'{unit}' in the environment '{env}'"
            problem = f"what is deployed for '{one.unit}' would be called '{min(taken)}', as is what {whose} has"
            yield Fault("NAME_TAKEN", problem, _place(project, one, "name"), APART)


def _called(stack: str) -> set[str]:
    """The names of its stacks, keys and logs: whatever else is called after these is no other unit's then."""
    every = (stack, names.base(stack), names.tables(stack), names.encrypted(stack))
    return {one.lower() for one in every}  # names of buckets, databases and roles are no others in other letters


def _beside(project: Project, env: str, unit: str, one: Estate) -> bool:
    """Whether the unit is in the same account there; one that cannot be deployed takes no name."""
    try:
        other = project if env == project.env_name else Project.open(project.root, env)
        return estate(other, unit).account.id == one.account.id
    except ConfigError:
        return False


def _tables(project: Project, one: Estate) -> Iterator[Fault]:
    others = {unit: project.table_root(f"{unit}.") for unit in project.mesh.domains if unit != one.unit}
    own = project.table_root(f"{one.unit}.")
    for unit, place in others.items() if one.unit != CENTRE else ():
        if own.startswith(place):
            problem = f"the tables of '{one.unit}' would lie among those of '{unit}', below {place}"
            fix = "give the domain a warehouse that lies in no other's"
            yield Fault("WAREHOUSE_INSIDE", problem, _place(project, one, "warehouse"), fix)


def _place(project: Project, one: Estate, key: str) -> str:
    if one.unit == CENTRE:
        return project.where_mesh("name")
    return project.where_mesh("domains", one.unit, *(() if key == "name" else (key,)))
