"""Versions of Glue that a job cannot, or soon can no longer, run on."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.package.glue_versions import GLUE
from mesh_etl.deploy.package.lock import lock, provided
from mesh_etl.deploy.places import place
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.config.document import Loc
    from mesh_etl.deploy.estate import GlueJob

_SOON = datetime.timedelta(days=180)
_HEAVY = ("boto3", "pyarrow")


def misversioned(project: Project, job: GlueJob, day: datetime.date) -> Iterator[Fault]:
    """GLUE_ENDED for a version on which no run is started any more, and what keeps AWS from raising it by itself.

    To raise it, AWS runs a job on the newer version and, where that fails, once more on the older one: what such a run
    has written by then is written twice. Source: https://docs.aws.amazon.com/glue/latest/dg/auto-version-upgrades.html
    """
    where, version = place(project, job, "glue_version"), job.settings.glue_version
    if version != "auto":
        ends = GLUE[version].ends
        if ends is not None and ends <= day:
            yield Fault("GLUE_ENDED", f"Glue {version} has started no runs since {ends}", where, "use a newer one")
        return
    if job.settings.retries == 0:
        problem = "glue_version auto wants a retry, which is on the version before"
        yield Fault("AUTO_RETRIES", problem, place(project, job, "retries"), "set retries to 1, or state a version")
    if job.product:
        yield from _repeated(project.job(job.product), where)


def warned_versions(project: Project, job: GlueJob, day: datetime.date) -> Iterator[Fault]:
    """GLUE_ENDS for a version that ends within half a year, GLUE_OLDER where much is replaced at each start."""
    where, version = place(project, job, "glue_version"), job.settings.glue_version
    if version == "auto":
        return
    ends = GLUE[version].ends
    if ends is not None and day < ends <= day + _SOON:
        yield Fault("GLUE_ENDS", f"Glue {version} starts no more runs from {ends}", where, "move to a newer one")
    known, needed = provided(version), {one.package: one for one in lock(version).lacking[""]}
    replaced = [f"{name} {known[name]}" for name in _HEAVY if name in known and name in needed]
    if replaced and job.settings.packages == "wheels":  # a virtual environment has its own
        size = sum(one.size for one in needed.values()) // 1_000_000
        problem = f"Glue {version} has {' and '.join(replaced)}, too old, so that each run installs {size} MB first"
        yield Fault("GLUE_OLDER", problem, where, 'use glue_version "5.1" or newer')


def _repeated(job: LoadedJob, where: str) -> Iterator[Fault]:
    """AUTO_REPEATS for each part of the job that is not ours: nobody knows what it does when it runs twice."""
    parts: list[tuple[Loc, Any]] = [(("source",), job.job.source), (("target", "mode"), job.job.target.mode)]
    parts += [(("inputs", name), one) for name, one in job.job.inputs.items()]
    parts += [(("transforms", index), one) for index, one in enumerate(job.job.transforms)]
    for loc, one in parts:
        if one.type == "python" or not type(one).__module__.startswith("mesh_etl."):
            problem = f"{job.where(*loc)} is code of your own, which glue_version auto may run twice on the same input"
            yield Fault("AUTO_REPEATS", problem, where, 'state a version, such as "5.1"')
