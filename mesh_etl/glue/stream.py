"""`jobs/stream.py`: one product is made again and again, until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl import worlds
from mesh_etl.config.deployment.job import Stream
from mesh_etl.config.deployment.times import duration
from mesh_etl.errors import ConfigError, Fault, MeshError
from mesh_etl.glue import told
from mesh_etl.glue.bookmark import bookmarked
from mesh_etl.glue.opened import engine_of, job_of, project_of, settings_of
from mesh_etl.run import engines
from mesh_etl.stream import Round, stopped_by_signals, stream

if TYPE_CHECKING:
    import datetime

    from mesh_etl.config import LoadedJob
    from mesh_etl.glue.arguments import Arguments


def work(given: Arguments) -> None:
    """As many rounds as `--rounds` says, or until SIGTERM, have looked for new input, each with a line of its own.

    Raises the `MeshError` of a round after which no other can do better.
    """
    rounds = given.number("rounds")
    project = project_of(given)
    job = job_of(given, project)
    every = _every(given, job)

    def tell(one: Round) -> None:
        told.line("stream", round=one.number, product=job.product, seconds=one.seconds, **_facts(one))

    with engines.open(engine_of(given, job)) as engine, bookmarked(engine, job, given.resolved):
        world = worlds.open(project.env, project.root)
        with stopped_by_signals() as stop:
            done = stream(job, engine, world, every, rounds, tell, stop)
    told.line("stream", product=job.product, outcome="ended", rounds=done)


def _every(given: Arguments, job: LoadedJob) -> datetime.timedelta:
    """From the begin of a round to the begin of the next: as `--every` says, else as the job is deployed."""
    stated = given["every"] or (settings_of(job).stream or Stream()).every
    try:
        return duration(stated)
    except ValueError as error:
        raise ConfigError(Fault("ARGUMENT_INVALID", f"it {error}", "--every", "say --every 1m")) from None


def _facts(one: Round) -> dict[str, Any]:
    found = told.failure(one.outcome) if isinstance(one.outcome, MeshError) else told.run_facts(one.outcome)
    return {name: value for name, value in found.items() if name != "product"}
