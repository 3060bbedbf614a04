"""Whether products that a job reads have published since it ran last: by what ledgers say, whoever was told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.errors import PlanError
from mesh_etl.plan.build import build
from mesh_etl.sources import Table
from mesh_etl.stores.address import recorded

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.plan.model import Plan


def news_for(job: LoadedJob) -> tuple[str, ...]:
    """The products whose tables hold what the job has not read, where that would make a run do something.

    Empty as well while one of them has no table yet. Raises `PlanError` as `build` does, and `ConfigError`.
    """
    sources = {"source": job.job.source, **job.job.inputs}
    read = {name: one.product for name, one in sources.items() if isinstance(one, Table)}
    if not read:
        return ()
    try:
        plan = build(job)
    except PlanError as error:
        if error.code == "INPUT_MISSING":
            return ()
        raise
    return tuple(dict.fromkeys(_news(plan, read))) if plan.work == "run" else ()


def _news(plan: Plan, read: dict[str, str]) -> Iterator[str]:
    root = plan.job.project.root
    last = plan.head.data.inputs if plan.head else ()
    for name, product in read.items():
        now = {recorded(one.path, root) for one in plan.inputs[name].files}
        before = {one.path for one in last if one.name == name}
        # A job that adds rows opens only what it has not read; any other opens all of the table.
        if now and (plan.head is None or now != before):
            yield product
