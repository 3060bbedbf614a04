"""`jobs/run.py`: one product is made, as `mesh-etl run` makes it."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from mesh_etl import worlds
from mesh_etl.config.moment import moment_of
from mesh_etl.glue import told
from mesh_etl.glue.bookmark import bookmarked
from mesh_etl.glue.opened import engine_of, job_of, project_of
from mesh_etl.pipeline import run_job
from mesh_etl.plan.news import news_for
from mesh_etl.run import engines

if TYPE_CHECKING:
    from mesh_etl.glue.arguments import Arguments


def work(given: Arguments) -> None:
    """The product's table holds what its job makes of its inputs, which a line tells. Raises any `MeshError`.

    Of the products that `--all-new` names, each has to have something new; else nothing is done, and a line tells that.
    """
    moment = moment_of(given["date"])
    project = project_of(given)
    job = job_of(given, project)
    awaited = [one for one in given["all-new"].split(",") if one]
    if awaited and (missing := set(awaited).difference(news_for(job))):
        told.line("run", product=job.product, outcome="waits", waits_for=sorted(missing))
        return
    begin = perf_counter()
    with engines.open(engine_of(given, job)) as engine, bookmarked(engine, job, given.resolved):
        report = run_job(job, engine, worlds.open(project.env, project.root), moment=moment)
    told.line("run", **told.run_facts(report), seconds=round(perf_counter() - begin, 3))
