"""The triggers of chores, which start by the clock and wait for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.synth.flow import cron
from mesh_etl.deploy.synth.tags import tags_of
from mesh_etl.deploy.synth.template import Resource, logical
from mesh_etl.errors import ConfigError

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate


def chores(project: Project, estate: Estate) -> dict[str, Resource]:
    """A scheduled trigger for each chore. Raises `ConfigError`: the faults of a schedule."""
    made = {}
    for one in estate.jobs:
        if one.schedule is None:
            continue
        stated = estate.unit != CENTRE and one.task in project.mesh.domains[estate.unit].deployment.model_fields_set
        above = ("domains", estate.unit) if stated else ()
        if fault := cron.fault_of(one.schedule, project.where_mesh(*above, "deployment", one.task, "at")):
            raise ConfigError(fault)
        properties = {
            "Name": f"{one.name}-start",
            "Type": "SCHEDULED",
            "Schedule": one.schedule,
            "StartOnCreation": True,
            "Actions": [{"JobName": one.name}],
            "Tags": dict(sorted(tags_of(estate, one).items())),
        }
        made[logical("All", one.task, "start")] = Resource("AWS::Glue::Trigger", properties)
    return made
