"""What cannot be, and what should not be, of how jobs are deployed: told before anything is built."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.suppression import today
from mesh_etl.deploy.package.lint_addresses import misaddressed
from mesh_etl.deploy.package.lint_events import warned_events
from mesh_etl.deploy.package.lint_modules import unimportable, warned_modules
from mesh_etl.deploy.package.lint_own import misplaced
from mesh_etl.deploy.package.lint_reach import unreachable
from mesh_etl.deploy.package.lint_settings import misset
from mesh_etl.deploy.package.lint_tags import mistagged
from mesh_etl.deploy.package.lint_versions import misversioned, warned_versions
from mesh_etl.deploy.package.lint_workers import warned_workers
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.plan.streamable import unstreamable

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate


@dataclass(frozen=True)
class Linted:
    """What is wrong with the jobs of a unit, and what is to be thought about."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def lint(project: Project, estate: Estate, on: datetime.date | None = None) -> Linted:
    """Every fault and every warning of the unit's jobs, by the day `on` where it is not today."""
    day = on or today()
    faults = tuple(dict.fromkeys(_faults(project, estate, day)))
    return Linted(faults, tuple(dict.fromkeys(_warnings(project, estate, day))))


def linted(project: Project, estate: Estate) -> tuple[Fault, ...]:
    """The warnings. Raises `ConfigError` with all faults where there is one."""
    found = lint(project, estate)
    if found.faults:
        raise ConfigError(*found.faults)
    return found.warnings


def _faults(project: Project, estate: Estate, day: datetime.date) -> Iterator[Fault]:
    yield from mistagged(project, estate)
    for job in estate.jobs:
        yield from misversioned(project, job, day)
        yield from misset(project, job)
        yield from unimportable(project, job)
        yield from misplaced(project, job)
        if not job.product:
            continue
        loaded = project.job(job.product)
        unfit = unstreamable(loaded) if job.task == "stream" else None
        if unfit is not None:
            yield unfit
        yield from unreachable(loaded)
        yield from misaddressed(loaded)


def _warnings(project: Project, estate: Estate, day: datetime.date) -> Iterator[Fault]:
    for job in estate.jobs:
        yield from warned_versions(project, job, day)
        yield from warned_events(project, estate, job)
        yield from warned_workers(project, job)
        yield from warned_modules(project, job)
