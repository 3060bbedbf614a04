"""What an engine offers, and what all engines with a Spark session share."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from mesh_etl.run.engines import faults
from mesh_etl.run.engines.failures import translated
from mesh_etl.run.engines.workers import forget_zips

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")
Result = dict[str, Any]

# A replica of a cluster's parallelism is unknown to a Connect client; this many tasks at once keeps small ones busy.
REMOTE_CORES = 8

TASKS_PER_CORE = 16


class Engine(ABC):
    """Runs kernels and frames. Nothing is started before the first call that needs it; `close` undoes all of it."""

    name: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self._session: SparkSession | None = None

    @property
    @abstractmethod
    def cores(self) -> int:
        """How many tasks run at the same time."""

    @property
    def shares_disk(self) -> bool:
        """Whether all workers run on this machine, and so reach its files."""
        return False

    @abstractmethod
    def _open(self) -> SparkSession:
        """Start the session; called once."""

    def session(self) -> SparkSession:
        """The one session of this engine, with a UTC clock and ANSI arithmetic."""
        if self._session is None:
            self._session = self._open()
        return self._session

    def map(
        self, kernel: Callable[[T], Result], items: Sequence[T], on_done: Callable[[Result], None] | None = None
    ) -> list[Result]:
        """The results of `kernel` for every item, in the order of the items; the work runs in the engine's workers.

        `on_done` hears of each result in the calling thread. Results must survive JSON.
        Raises `RunError`: the kernel's own when it raised one, ENGINE_FAILED otherwise.
        """
        if not items:
            return []
        work = self.frame(_answers(kernel), items, _ANSWER)
        results = _read(work)
        for result in results if on_done else ():
            on_done(result)  # type: ignore[misc]
        return results

    def frame(self, kernel: Callable[[T], Iterator[pa.RecordBatch]], items: Sequence[T], ddl: str) -> DataFrame:
        """A lazy frame with the columns `ddl`, made of the batches that `kernel` yields for every item."""
        session = self.session()
        if not items:
            return session.createDataFrame([], ddl)
        count = len(items)
        work = session.range(0, count, 1, self._tasks(count))
        return work.mapInArrow(_items(kernel, tuple(items)), ddl)

    def sink(self, df: DataFrame, kernel: Callable[[Iterator[pa.RecordBatch]], Result]) -> list[Result]:
        """The results of `kernel`, which is called once per partition of `df` with the partition's batches.

        Raises as `map` does.
        """
        return _read(df.mapInArrow(_drain(kernel), _ANSWER))

    def close(self) -> None:
        """Nothing of this engine runs any more."""
        if self._session is not None:
            session, self._session = self._session, None
            session.stop()

    def _tasks(self, items: int) -> int:
        """Into how many tasks `items` work items are cut: one each while they are few, so that a retry repeats little.

        A task costs an engine some 0.05 CPU seconds: many small items share one.
        """
        return min(items, TASKS_PER_CORE * self.cores)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_ANSWER = "answer string"


def available_cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _items(
    kernel: Callable[[T], Iterator[pa.RecordBatch]], items: tuple[T, ...]
) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        forget_zips()
        for batch in batches:
            for index in batch.column(0).to_pylist():
                with faults.carried():
                    yield from kernel(items[index])

    return run


def _answers(kernel: Callable[[T], Result]) -> Callable[[T], Iterator[pa.RecordBatch]]:
    def run(item: T) -> Iterator[pa.RecordBatch]:
        yield _row(kernel(item))

    return run


def _drain(
    kernel: Callable[[Iterator[pa.RecordBatch]], Result],
) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        forget_zips()
        with faults.carried():
            yield _row(kernel(iter(batches)))

    return run


def _row(answer: Result) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({"answer": [json.dumps(answer)]})


def _read(answers: DataFrame) -> list[Result]:
    with translated():
        return [json.loads(row[0]) for row in answers.collect()]
