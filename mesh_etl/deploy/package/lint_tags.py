"""Tags that AWS takes from nobody, or takes for one, and names that cannot be in a tag."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.config import placement
from mesh_etl.deploy import names
from mesh_etl.deploy.places import place
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate

_OWN = "aws:"


def mistagged(project: Project, estate: Estate) -> Iterator[Fault]:
    """TAG_UNFIT for a key that is AWS's own, and for one that a role cannot have beside another: IAM knows no capitals;
    and for a mesh or an environment of whose name neither tags nor stacks could have anything.

    Roles have the tags of the unit; things of one job, which have that job's, are none.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    """
    called = ((estate.mesh, project.where_mesh("name")), (estate.env, placement.env_path(estate.env).as_posix()))
    for name, where in called:
        if re.search("[A-Za-z0-9]", name) is None:
            problem = f"all that is deployed is called after '{name}', of which AWS takes no character"
            yield Fault("TAG_UNFIT", problem, where, "give it a name with letters from a to z, or digits")
    for job in estate.jobs:
        for key in job.settings.tags:
            if key.lower().startswith(_OWN):
                where = place(project, job, "tags", key)
                yield Fault("TAG_UNFIT", f"'{key}': what begins with {_OWN} is AWS's own", where, "call it otherwise")
    seen = {one: one for one in names.OWNER}
    for key in estate.settings.jobs.tags:
        if (other := seen.setdefault(key.lower(), key)) != key:
            fix = "leave it out: it is made anyway" if other in names.OWNER else "keep one of them"
            problem = f"a role cannot have the tags '{other}' and '{key}', which IAM takes for one"
            yield Fault("TAG_UNFIT", problem, _of_unit(project, estate, key), fix)


def _of_unit(project: Project, estate: Estate, key: str) -> str:
    """The place of a tag that all of the unit has: at its domain where that states tags, else at the mesh."""
    domain = project.mesh.domains.get(estate.unit)
    own = domain is not None and "tags" in domain.deployment.jobs.model_fields_set
    return project.where_mesh(*(("domains", estate.unit) if own else ()), "deployment", "jobs", "tags", key)
