"""The engine `embedded`: threads for kernels, and Sail, a Spark Connect server inside this process, for frames.

Kernels are Arrow code, which releases the interpreter lock: a job without frames never starts Sail at all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from mesh_etl.errors import Fault, MeshError, RunError
from mesh_etl.run.engines import faults
from mesh_etl.run.engines.base import Engine, Result, T, available_cores
from mesh_etl.run.engines.connect import remote_session
from mesh_etl.run.engines.failures import STOPPED

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


class Embedded(Engine):
    """Everything in this process, without Java; starts in about half a second when a frame is asked for."""

    name: ClassVar[str] = "embedded"
    options: ClassVar[tuple[str, ...]] = ("cores",)

    def __init__(self, cores: int | None = None) -> None:
        super().__init__()
        self._cores = cores or available_cores()
        self._server: Any = None

    @property
    def cores(self) -> int:
        return self._cores

    @property
    def shares_disk(self) -> bool:
        return True

    def map(
        self, kernel: Callable[[T], Result], items: Sequence[T], on_done: Callable[[Result], None] | None = None
    ) -> list[Result]:
        """As in `Engine`, in a pool of threads. The first failure, or Ctrl-C, starts no further item.

        Items under way are waited for, so that nothing is written after this returns or raises.
        """
        _allocate_by_jemalloc()
        with ThreadPoolExecutor(min(self._cores, len(items)) or 1, "kernel") as pool:
            work = [pool.submit(kernel, item) for item in items]
            try:
                for done in as_completed(work):
                    answer = _answer(done)
                    if on_done:
                        on_done(answer)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [future.result() for future in work]

    def sink(self, df: DataFrame, kernel: Callable[[Iterator[pa.RecordBatch]], Result]) -> list[Result]:
        """As in `Engine`. Faults come as answers: a thread of Sail's panics where an error takes its batches along."""
        found: list[dict[str, Any]] = super().sink(df, partial(_told, kernel))
        for one in found:
            if error := faults.unpack(one.get("failed", "")):
                raise error
        return [one["answer"] for one in found]

    def close(self) -> None:
        if self._session is not None:
            # Sail stops by itself on Ctrl-C; without this, the client asks the silent server again for minutes.
            session: Any = self._session  # the Connect session; the classic one has another `client`
            if hasattr(session.client, "set_retry_policies"):  # the client of Spark 3.5, on Glue 5, has none
                session.client.set_retry_policies([])
        super().close()
        if self._server is not None:
            server, self._server = self._server, None
            server.stop()

    def _tasks(self, items: int) -> int:
        # Sail starts every task of a frame at once: as many as there are cores keep memory in bounds.
        return min(items, self._cores)

    def _open(self) -> SparkSession:
        for module, package in (("pysail", "pysail"), ("pyspark", "pyspark-client")):
            if find_spec(module) is None:
                fix = "pip install 'mesh_etl[embedded]'"
                raise RunError(Fault("ENGINE_MISSING", f"engine 'embedded' needs {package}", "--engine", fix))
        # Sail logs each call at INFO, and its errors quote cell values.
        os.environ.setdefault("RUST_LOG", "off")
        os.environ.setdefault("SAIL_EXECUTION__DEFAULT_PARALLELISM", str(self._cores))
        from pysail.spark import SparkConnectServer

        self._server = SparkConnectServer("127.0.0.1", 0)
        self._server.start(background=True)
        host, port = self._server.listening_address
        return remote_session(f"sc://{host}:{port}")


def _allocate_by_jemalloc() -> None:
    """Arrow's buffers come from jemalloc where Arrow has it and nobody has asked for another allocator.

    Threads that fill and free buffers of some megabytes get fewer fresh pages from the system than with mimalloc.
    """
    import pyarrow as pa

    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ and "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def _told(kernel: Callable[[Iterator[pa.RecordBatch]], Result], batches: Iterator[pa.RecordBatch]) -> dict[str, Any]:
    try:
        with faults.carried():
            return {"answer": kernel(batches)}
    except faults.Carrier as failure:
        return {"failed": str(failure)}


def _answer(done: Future[Result]) -> Result:
    error = done.exception()
    if error is None:
        return done.result()
    if isinstance(error, OSError):
        raise RunError(faults.of_system(error)) from None
    if isinstance(error, MeshError) or not isinstance(error, Exception):
        raise error
    problem = f"the engine stopped: {type(error).__name__} in a worker"
    raise RunError(Fault("ENGINE_FAILED", problem, fix=STOPPED)) from None


ENGINE = Embedded
