"""What starts the jobs of a unit, and lets them follow each other: workflows of Glue, or state machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.synth.flow.chores import chores
from mesh_etl.deploy.synth.flow.flows import flows
from mesh_etl.deploy.synth.flow.machines import machine
from mesh_etl.deploy.synth.flow.rules import let_in, passed_on
from mesh_etl.deploy.synth.flow.workflows import workflow
from mesh_etl.deploy.synth.shards import sharded
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.package.bundle import Bundle
    from mesh_etl.deploy.synth.template import Resource, Template


def flow(project: Project, estate: Estate, bundle: Bundle) -> tuple[Template, ...]:
    """The templates of the unit's flows, each where its first product's resources are.

    Raises `ConfigError` with what is wrong with any of them.
    """
    shape = workflow if estate.settings.orchestration == "triggers" else machine
    pieces: list[tuple[str, dict[str, Resource]]] = [("", chores(project, estate)), ("", let_in(project, estate))]
    if estate.unit == CENTRE:
        pieces.append(("", passed_on(project, estate)))
    faults: list[Fault] = []
    for one in flows(project, estate):
        try:
            pieces.append((one.name, shape(project, estate, one)))
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*faults)
    return sharded("flow", f"What starts jobs of {estate.unit}, mesh {estate.mesh}, environment {estate.env}", pieces)
