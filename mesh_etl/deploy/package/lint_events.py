"""Events that would start nothing: files, and products of other domains, that come while the job runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.start import AfterProducts, OnFiles
from mesh_etl.deploy.places import place
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob


def warned_events(project: Project, estate: Estate, job: GlueJob) -> Iterator[Fault]:
    """EVENTS_MISSED for a job that events start, by Glue's workflows, and that Glue tries again: its runs never wait.

    Source: https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
    """
    settings, start = job.settings, job.settings.start
    if settings.retries == 0 or estate.settings.orchestration != "triggers":
        return
    if isinstance(start, OnFiles):
        what = "a file that comes"
    elif isinstance(start, AfterProducts) and _elsewhere(estate, job, start):
        what = "a version of another domain's product that comes"
    else:
        return
    problem = f"{what} while the job runs starts nothing: Glue lets runs wait only for jobs that it does not try again"
    fix = "state retries: 0, so that runs wait; or orchestration: step_functions, which tries again itself"
    yield Fault("EVENTS_MISSED", problem, place(project, job, "start"), fix)


def _elsewhere(estate: Estate, job: GlueJob, start: AfterProducts) -> bool:
    """Whether the job waits for a product of another domain, of which it hears by an event."""
    named = start.products or estate.reads[job.product]
    return any(not one.startswith(f"{estate.unit}.") for one in named)
