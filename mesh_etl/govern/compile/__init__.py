"""The compiler: from configuration to the state that the accounts of a mesh are to have."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mesh_etl.config.suppression import today as current_day
from mesh_etl.govern.compile.compiled import Compiled, compiled
from mesh_etl.govern.products import governed

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.govern.requests.approved import Approved

__all__ = ["Compiled", "compiled", "governance"]


def governance(project: Project, requests: Iterable[Approved] = (), today: datetime.date | None = None) -> Compiled:
    """What the project and the approved requests ask for today, or on another day, with all that is wrong with it.

    Raises `ConfigError` for jobs and contracts that cannot be read.
    """
    return compiled(
        project.mesh,
        governed(project),
        requests,
        today=today or current_day(),
        where=project.where_mesh,
        kms_key=project.env.s3.kms_key,
    )
