"""`mesh-etl run --every`: a product is made again and again, and each round is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.times import duration
from mesh_etl.errors import ConfigError, Fault, MeshError

if TYPE_CHECKING:
    import datetime

    from mesh_etl.cli.progress import Display
    from mesh_etl.config import LoadedJob
    from mesh_etl.run.engines import Engine
    from mesh_etl.stream import Round
    from mesh_etl.worlds import World


def interval(text: str) -> datetime.timedelta:
    """From the begin of a round to that of the next. Raises `ConfigError` ARGUMENT_INVALID for what is no time."""
    try:
        return duration(text)
    except ValueError as error:
        raise ConfigError(Fault("ARGUMENT_INVALID", f"it {error}", "--every", "say --every 1m")) from None


def run_rounds(
    job: LoadedJob,
    engine: Engine,
    world: World,
    every: datetime.timedelta,
    rounds: int,
    shown: Display,
    as_json: bool,
) -> None:
    """As many rounds as `rounds` (0: until Ctrl-C or SIGTERM) have looked for new input; raises as `stream` does.

    For machines each round is a document of one line.
    """
    from mesh_etl.cli import failures, screen, summary
    from mesh_etl.stream import stopped_by_signals, stream

    page = screen.Page(job.project.env_name)

    def tell(one: Round) -> None:
        shown.rest()
        found = one.outcome
        if as_json:
            told = {"error": failures.as_json(found)} if isinstance(found, MeshError) else found.to_json()
            print(json.dumps({"round": one.number, "product": job.product, "seconds": one.seconds, **told}), flush=True)
        elif isinstance(found, MeshError):
            page.line(f"{job.product}  round {one.number} has made nothing; the next one tries again", style="yellow")
            screen.errors(found.faults, "warning")
        else:
            summary.show(page, found, one.seconds)
        shown.product(job.product)

    shown.product(job.product)
    with stopped_by_signals() as stop:
        done = stream(job, engine, world, every, rounds, tell, stop)
    if not as_json:
        page.line(f"{job.product}  ended after {done} {'round' if done == 1 else 'rounds'}")
        page.next(f"mesh-etl history {job.product}")
