"""The engine `connect`: any Spark Connect endpoint, given as `sc://host:port`."""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from mesh_etl.errors import Fault, RunError
from mesh_etl.run.engines.base import REMOTE_CORES, Engine
from mesh_etl.run.engines.failures import translated

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FIX = "--remote sc://host:15002, or the variable SPARK_REMOTE"

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.variable.substitute": "false",
    "spark.sql.runSQLOnFiles": "false",
}


class Connect(Engine):
    """A session on a server that somebody else runs; only the session is ours to stop.

    Without `remote`, the address is that of Spark's own variable SPARK_REMOTE. One that holds a token, as those of
    Glue's sessions do, belongs in no command line, which every process of the machine can read.
    """

    name: ClassVar[str] = "connect"
    options: ClassVar[tuple[str, ...]] = ("remote", "cores")

    def __init__(self, remote: str = "", cores: int = REMOTE_CORES) -> None:
        super().__init__()
        self._remote = remote or os.environ.get("SPARK_REMOTE", "")
        self._cores = cores

    @property
    def cores(self) -> int:
        return self._cores

    def _open(self) -> SparkSession:
        if not self._remote.startswith("sc://"):
            raise RunError(Fault("ENGINE_OPTION", "engine 'connect' needs a remote", "--engine", FIX))
        if find_spec("grpc") is None or find_spec("pyspark") is None:
            fix = "pip install 'mesh_etl[spark]'"
            raise RunError(Fault("ENGINE_MISSING", "engine 'connect' needs pyspark with Connect", "--engine", fix))
        address = self._remote.partition("/;")[0]  # what follows may be a token
        with translated(f"--remote {address}", "ENGINE_UNREACHABLE"):
            session = remote_session(self._remote)
            _require_version(session.version)
            return session

    def close(self) -> None:
        if self._session is not None:
            _ask_again(self._session, 0)  # a server that is gone need not forget us
        with suppress(RunError), translated():
            super().close()


def _ask_again(session: Any, times: int) -> None:
    """A server that does not answer is asked so often again: 3 times take a second, 9 some 20."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]")  # the error that follows says it
    session.client.set_retry_policies([DefaultPolicy(max_retries=times, max_backoff=4000)])


def _require_version(server: str) -> None:
    """The server's Spark is of the client's line: what Connect sends is not the same in two of them.

    Raises `RunError` ENGINE_VERSION otherwise (docs.aws.amazon.com: interactive-sessions-spark-connect-connecting).
    """
    import pyspark

    ours = pyspark.__version__
    if server.split(".")[:2] != ours.split(".")[:2]:
        problem = f"the server's Spark is {server}, and the PySpark here is {ours}"
        fix = f"install pyspark-client {server}, or pyspark[connect] {server} where there is none"
        raise RunError(Fault("ENGINE_VERSION", problem, "--engine", fix))


def remote_session(url: str) -> SparkSession:
    """A new session on the Connect server at `url`, set to UTC, ANSI arithmetic and no substitution in SQL."""
    from pyspark.sql import SparkSession  # Connect's own builder leaves a whole PySpark's functions with its JVM

    made: Any = SparkSession.builder.remote(url).create()
    session: SparkSession = made  # the same calls as those of the class that PySpark says it is
    _ask_again(session, 3)
    try:
        for key, value in SETTINGS.items():
            session.conf.set(key, value)
    except Exception:
        _ask_again(session, 0)  # PySpark takes leave of the server when the process ends
        made.release_session_on_close = False  # it does not answer
        made.stop()  # or PySpark asks it again, as the thread's active one, when there is another
        raise
    _ask_again(session, 9)
    return session


ENGINE = Connect
