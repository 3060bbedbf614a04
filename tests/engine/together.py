"""Many runs side by side, whose kernels an engine carries out in a few large jobs instead of a thousand small ones.

A run goes on until it asks its engine to map a kernel; there it waits until every other run waits as well or has ended.
Then all that was asked for goes to the engine's workers as one job, and each run is told what became of its own items.
So every step of a run is taken where it always is, and only the price of a job is shared. Frames are no part of this.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable, Mapping
from queue import SimpleQueue
from threading import Thread
from typing import Any

from pyspark import cloudpickle

from mesh_etl.errors import Fault, RunError
from mesh_etl.run.engines import faults
from mesh_etl.run.engines.base import Engine
from mesh_etl.run.engines.failures import STOPPED


def together(engine: Engine, runs: Mapping[Hashable, Callable[[Engine], Any]]) -> dict[Hashable, Any]:
    """What each run returned, or the error that it raised. One run moves at a time, in the order given."""
    started = {key: _Waiting(engine, run) for key, run in runs.items()}
    asked = {key: one.resume() for key, one in started.items()}
    while waiting := [key for key, tasks in asked.items() if tasks]:
        answers = iter(engine.map(_answer, [task for key in waiting for task in asked[key]]))
        told = {key: [next(answers) for _ in asked[key]] for key in waiting}
        asked = {key: started[key].resume(told[key]) for key in waiting}
    return {key: one.outcome for key, one in started.items()}


class _Waiting(Engine):
    """The engine as one run sees it: a map waits for its turn, all else is the engine's own."""

    def __init__(self, engine: Engine, run: Callable[[Engine], Any]) -> None:
        super().__init__()
        self.name = engine.name  # type: ignore[misc]
        self.outcome: Any = None
        self._engine, self._run = engine, run
        self._asked: SimpleQueue[list[bytes]] = SimpleQueue()
        self._told: SimpleQueue[list[dict[str, Any]]] = SimpleQueue()
        self._thread: Thread | None = None

    @property
    def cores(self) -> int:
        return self._engine.cores

    def session(self) -> Any:
        return self._engine.session()

    def _open(self) -> Any:
        raise AssertionError("the session is the engine's")

    def _tasks(self, items: int) -> int:
        return self._engine._tasks(items)

    def map(self, kernel: Any, items: Any, on_done: Any = None) -> list[dict[str, Any]]:
        if not items:
            return []
        self._asked.put([cloudpickle.dumps((kernel, item)) for item in items])
        results = [_result(told) for told in self._told.get()]
        for result in results if on_done else ():
            on_done(result)
        return results

    def resume(self, told: list[dict[str, Any]] | None = None) -> list[bytes]:
        """The run has gone on with what it was told; returns what it asks for next, nothing when it has ended."""
        if self._thread is None:
            self._thread = Thread(target=self._whole, daemon=True)
            self._thread.start()
        if told is not None:
            self._told.put(told)
        return self._asked.get()

    def _whole(self) -> None:
        try:
            self.outcome = self._run(self)
        except BaseException as error:  # whatever it is, the test of this run raises it
            self.outcome = error
        self._asked.put([])


def _answer(task: bytes) -> dict[str, Any]:
    """What the kernel made of the item, in a worker; an error, that of an import included, keeps to its own run."""
    try:
        kernel, item = pickle.loads(task)
        with faults.carried():
            return {"result": kernel(item)}
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}


def _result(told: dict[str, Any]) -> dict[str, Any]:
    """The result, or the error as `Engine.map` raises it."""
    if "error" not in told:
        return told["result"]
    known = faults.unpack(told["text"])
    raise known or RunError(Fault("ENGINE_FAILED", f"the engine stopped: {told['error']} in a worker", fix=STOPPED))
