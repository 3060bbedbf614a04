"""A job that does not end: it looks for new input again and again, and each round commits what it found.

A round is a run as any other, so a break between or in rounds leaves what a broken run leaves: nothing, or a commit.
"""

from __future__ import annotations

import datetime
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import MeshError, PlanError
from mesh_etl.pipeline import run_job
from mesh_etl.plan.streamable import unstreamable

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.publish import Report
    from mesh_etl.run.engines import Engine
    from mesh_etl.worlds import World

_NOTICED = 0.2  # seconds after which a stop is noticed
LONGEST_PAUSE = datetime.timedelta(minutes=15)  # between rounds that fail one after the other


@dataclass(frozen=True)
class Round:
    """One look for new input, the first of them number 1, and what came of it; the time that it took is in seconds."""

    number: int
    outcome: Report | MeshError
    seconds: float


class Stop:
    """Whether somebody has `asked` for the end. No `threading.Event`: a handler of signals may wait for no lock."""

    def __init__(self, signals: Sequence[int] = ()) -> None:
        self.asked = False
        self._signals = signals
        self._before: dict[int, Any] = {}

    def wait(self, seconds: float) -> None:
        """The time is over, or somebody has asked for the end."""
        self.listen()  # PySpark, which the last round may have started, takes Ctrl-C for itself
        end = monotonic() + seconds
        while not self.asked and (left := end - monotonic()) > 0:
            sleep(min(left, _NOTICED))

    def listen(self) -> None:
        """The next of the signals asks for the end, whoever has meant to handle it; the one after it ends all."""
        for number in () if self.asked else self._signals:
            self._before.setdefault(number, signal.getsignal(number))
            signal.signal(number, self._note)

    def forget(self) -> None:
        """The signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: Any) -> None:
        self.asked = True
        signal.signal(number, self._before[number])


def stream(
    job: LoadedJob,
    engine: Engine,
    world: World,
    every: datetime.timedelta,
    rounds: int,
    tell: Callable[[Round], None],
    stop: Stop,
) -> int:
    """The table has what came while this went on; returns how many rounds there were.

    It ends after `rounds` of them (0: never) and once `stop` is asked for, after the round that is under way. Rounds
    begin `every` so often. One that fails and may do better another time is told, and the pause doubles with each such
    round in a row, up to `LONGEST_PAUSE`. Where no input is there yet, or none any more, the next round looks again.
    Raises the error of any other, and `PlanError` STREAM_UNFIT for a job whose mode reads all of its input each time.
    """
    unfit = unstreamable(job)
    if unfit:
        raise PlanError(unfit)
    number = failed = 0
    while not stop.asked:
        number += 1
        begin = monotonic()
        outcome = _outcome(job, engine, world)
        tell(Round(number, outcome, round(monotonic() - begin, 3)))
        error = outcome if isinstance(outcome, MeshError) and outcome.code != "INPUT_MISSING" else None
        if error is not None and not error.retryable:
            raise error
        failed = failed + 1 if error else 0
        if number == rounds:
            break
        stop.wait(pause(every, failed).total_seconds() - (monotonic() - begin))
    return number


def pause(every: datetime.timedelta, failed: int) -> datetime.timedelta:
    """From the begin of a round to that of the next, where the last `failed` rounds have failed."""
    return min(every * float(2 ** min(failed, 20)), max(every, LONGEST_PAUSE))


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """A stop that the first SIGTERM or Ctrl-C asks for; a second one does what it did before."""
    main = threading.current_thread() is threading.main_thread()  # no other may handle signals
    stop = Stop((signal.SIGTERM, signal.SIGINT) if main else ())
    stop.listen()
    try:
        yield stop
    finally:
        stop.forget()


def _outcome(job: LoadedJob, engine: Engine, world: World) -> Report | MeshError:
    try:
        return run_job(job, engine, world)
    except MeshError as error:
        return error
