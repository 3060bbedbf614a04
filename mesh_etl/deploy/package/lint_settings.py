"""Settings of a job that AWS refuses, or that would have no effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.start import OnFiles
from mesh_etl.config.deployment.times import duration
from mesh_etl.config.product_name import table_of
from mesh_etl.deploy.package.glue_versions import FLEX_WORKERS, LONGEST_RUN, LONGEST_WINDOW, OF_GLUE
from mesh_etl.deploy.places import place
from mesh_etl.deploy.workers import STREAMS_ONLY
from mesh_etl.errors import Fault
from mesh_etl.run.engines.connect import SETTINGS

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import GlueJob

# Characters of a product's name: triggers, alarms and files are called after it, in 255, and tables of crawlers in 128.
_LONGEST = 120
_KEYS = (".access.key", ".secret.key", ".session.token", "password")


def misset(project: Project, job: GlueJob) -> Iterator[Fault]:
    """Every fault of the settings: of the name that all is called after, of workers, times and Spark."""
    settings, streams = job.settings, job.task == "stream"
    if (length := len(table_of(job.product))) > _LONGEST:
        problem = f"what is called after the product has room for {_LONGEST} characters of its {length}"
        yield Fault("PRODUCT_NAME_LONG", problem, project.job(job.product).where("product"), "give it a shorter name")
    if settings.worker_type == STREAMS_ONLY and not streams:
        problem = f"workers of type {settings.worker_type} are for streams alone"
        yield Fault("WORKER_FOR_STREAMS", problem, place(project, job, "worker_type"), "use G.1X")
    if settings.packages == "virtual_env" and settings.glue_version == "auto":
        problem = "a virtual environment is made for one version of Glue"
        yield Fault("AUTO_ENVIRONMENT", problem, place(project, job, "packages"), 'state a version, such as "5.1"')
    if settings.execution == "flex":
        yield from _flexible(project, job)
    if duration(settings.timeout) > LONGEST_RUN:
        problem = "Glue stops every run after seven days"
        yield Fault("TIMEOUT_LONG", problem, place(project, job, "timeout"), "say 7d or less")
    if isinstance(settings.start, OnFiles) and duration(settings.start.window) > LONGEST_WINDOW:
        problem = "Glue lets the first of several files wait no longer than fifteen minutes"
        yield Fault("WINDOW_LONG", problem, place(project, job, "start", "window"), "say 15m or less")
    for key in settings.spark:
        yield from _of_spark(key, place(project, job, "spark", key))


def _flexible(project: Project, job: GlueJob) -> Iterator[Fault]:
    """Source: https://docs.aws.amazon.com/glue/latest/dg/add-job.html."""
    where = place(project, job, "execution")
    if job.task == "stream":
        yield Fault("FLEX_STREAM", "a stream cannot wait for spare capacity", where, "use execution: standard")
    if job.settings.worker_type not in FLEX_WORKERS:
        problem = f"spare capacity has no workers of type {job.settings.worker_type}"
        yield Fault("FLEX_WORKER", problem, where, f"use {' or '.join(FLEX_WORKERS)}, or execution: standard")


def _of_spark(key: str, where: str) -> Iterator[Fault]:
    if key in SETTINGS:
        problem = f"spark: mesh_etl sets {key} itself, so that every engine gives the same table"
        yield Fault("SPARK_SETTING", problem, where, "remove it")
    elif key.startswith(OF_GLUE):
        problem = f"spark: Glue sets {key} by the type and number of workers"
        yield Fault("SPARK_SETTING", problem, where, "state worker_type and workers")
    elif key.endswith(_KEYS):
        problem = f"spark: {key} would hold a secret, and parameters of jobs can be read and are logged"
        yield Fault("SECRET_IN_CONFIG", problem, where, "let the job's role have the right")
