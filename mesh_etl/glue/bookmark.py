"""Glue's job bookmark, for teams whose tools look at it. No run of this library depends on it.

What was read is in the commit that wrote it, so it cannot be ahead of the table or behind it; a bookmark is saved apart
from the data. Source: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault
from mesh_etl.glue import told
from mesh_etl.glue.opened import settings_of

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.run.engines import Engine


@contextmanager
def bookmarked(engine: Engine, job: LoadedJob, resolved: Mapping[str, Any]) -> Iterator[None]:
    """`Job.init` is called before the work and `Job.commit` after it, unless that raises, where the job asks for it.

    That is in a Glue job whose `deploy.bookmark` is `enable`, on the engine `glue`: the others start no Spark. A
    bookmark that cannot be kept is told in a line, and stops nothing.
    """
    if settings_of(job).bookmark == "disable" or not resolved or engine.name != "glue":
        yield
        return
    held: Any = None
    try:
        from awsglue.job import Job

        from mesh_etl.run.engines.glue import glue_context

        held = Job(glue_context(engine.session()))  # the only thing that libraries before that of PyPI take
        held.init(resolved["JOB_NAME"], dict(resolved))
    except _refusals() as error:
        held = None
        _tell(job, "begun", error)
    yield
    if held is None:
        return
    try:
        held.commit()
    except _refusals() as error:
        _tell(job, "committed", error)


def _refusals() -> tuple[type[Exception], ...]:
    """What the Java side raises: its own errors, and a TypeError where Glue's classes are not there."""
    from py4j.protocol import Py4JError

    return (Py4JError, TypeError)


def _tell(job: LoadedJob, what: str, error: Exception) -> None:
    problem = f"Glue's job bookmark was not {what} ({type(error).__name__}); the table does not depend on it"
    fault = Fault("BOOKMARK_FAILED", problem, job.where("deploy", "bookmark"), "set deploy.bookmark: disable")
    told.line("bookmark", product=job.product, outcome="failed", faults=told.plain([fault]))
