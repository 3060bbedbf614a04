"""Modules that the project's own Python imports, and that a job on Glue does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.deploy.package.extras import extras_of
from mesh_etl.deploy.package.glue_versions import started_on
from mesh_etl.deploy.package.importable import importable
from mesh_etl.deploy.package.imports import imports
from mesh_etl.deploy.package.modules import entries, is_own, run_by
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import GlueJob

_FIX = "put it into the project, or do without it; what may be missing is imported in try … except ImportError"


def unimportable(project: Project, job: GlueJob) -> Iterator[Fault]:
    """MODULE_NOT_ON_GLUE for each import that fails as the job starts."""
    yield from _lacking(project, job, later=False)


def warned_modules(project: Project, job: GlueJob) -> Iterator[Fault]:
    """MODULE_NOT_ON_GLUE for each import in a function or under a condition, which fails if it comes to that."""
    yield from _lacking(project, job, later=True)


def _lacking(project: Project, job: GlueJob, *, later: bool) -> Iterator[Fault]:
    asked = [one for one in _asked(project, job) if one[2] == later]
    alone = job.settings.packages == "virtual_env"
    for version in started_on(job.settings.glue_version) if asked else ():
        there = importable(version, extras_of(project, job), alone=alone)
        for top, where, _ in asked:
            if top not in there:
                place = f"in the environment that is made for Glue {version}" if alone else f"on Glue {version}"
                yield Fault("MODULE_NOT_ON_GLUE", f"there is no module '{top}' {place}", where, _FIX)


def _asked(project: Project, job: GlueJob) -> Iterator[tuple[str, str, bool]]:
    """The modules of others that the job imports, by their first names, where it does, and whether perhaps not at all.

    Raises `ConfigError` MODULE_UNREADABLE.
    """
    waiting = [(module, where, False) for module, where in entries(project, job.products)]
    seen: set[tuple[Path, bool]] = set()
    while waiting:
        module, where, later = waiting.pop(0)
        if not is_own(project.root, module):
            yield module.partition(".")[0], where, later
            continue
        for path in run_by(project.root, module):
            if (path, later) in seen:
                continue
            seen.add((path, later))
            name = path.relative_to(project.root).as_posix()
            for one in imports(path.read_bytes(), name):
                if not one.optional:
                    waiting.append((one.module, f"{name}:{one.line}:{one.column}", later or one.later))
