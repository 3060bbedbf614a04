"""The engine `connect`: any Spark Connect endpoint, given as `sc://host:port`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from mesh_etl.errors import Fault, RunError
from mesh_etl.run.engines.base import REMOTE_CORES, Capability, Engine
from mesh_etl.run.engines.failures import translated

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.variable.substitute": "false",
    "spark.sql.runSQLOnFiles": "false",
}


class Connect(Engine):
    """A session on a server that somebody else runs; only the session is ours to stop."""

    name: ClassVar[str] = "connect"
    options: ClassVar[tuple[str, ...]] = ("remote", "cores")
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"cluster"})

    def __init__(self, remote: str = "", cores: int = REMOTE_CORES) -> None:
        super().__init__()
        self._remote = remote
        self._cores = cores

    @property
    def cores(self) -> int:
        return self._cores

    def _open(self) -> SparkSession:
        if not self._remote.startswith("sc://"):
            raise RunError(
                Fault("ENGINE_OPTION", "engine 'connect' needs a remote", "--engine", "remote=sc://host:15002")
            )
        if find_spec("grpc") is None or find_spec("pyspark") is None:
            fix = "pip install 'mesh_etl[spark]'"
            raise RunError(Fault("ENGINE_MISSING", "engine 'connect' needs pyspark with Connect", "--engine", fix))
        with translated("--engine", "ENGINE_UNREACHABLE"):
            return remote_session(self._remote)


def remote_session(url: str) -> SparkSession:
    """A new session on the Connect server at `url`, set to UTC, ANSI arithmetic and no substitution in SQL."""
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession.builder.remote(url).create()
    for key, value in SETTINGS.items():
        session.conf.set(key, value)
    return session  # type: ignore[return-value]


ENGINE = Connect
