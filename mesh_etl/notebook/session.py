"""Where the work of a notebook runs: in the session that it has, or on an engine of this library."""

from __future__ import annotations

import atexit
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from mesh_etl.errors import Fault, PlanError
from mesh_etl.run import engines
from mesh_etl.run.engines.base import REMOTE_CORES, Engine
from mesh_etl.run.engines.connect import SETTINGS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OLDEST = (3, 5)
_FIXED = "spark.sql.runSQLOnFiles"  # Glue fixes it when it starts the session


class Given(Engine):
    """A session that somebody else has made: Glue's, one of Spark Connect, or a local one; it is never stopped.

    It is set to a UTC clock and ANSI arithmetic, without which a preview would differ from the run.
    """

    name: ClassVar[str] = "session"

    def __init__(self, session: SparkSession) -> None:
        super().__init__()
        self._given = session

    @property
    def cores(self) -> int:
        """As many tasks as a small cluster has: a Connect client is not told."""
        return REMOTE_CORES

    def close(self) -> None:
        """The session goes on."""
        self._session = None

    def _open(self) -> SparkSession:
        for key, value in SETTINGS.items():
            if key != _FIXED:
                self._given.conf.set(key, value)
        return self._given


def engine_of(session: SparkSession | None) -> Engine:
    """The engine of the session; without one the embedded one where it is installed, else Glue's, else Spark.

    Raises `PlanError` SESSION_UNFIT for what is no session of Spark 3.5 or newer.
    """
    if session is None:
        name = "embedded" if find_spec("pysail") else "glue" if find_spec("awsglue") else "spark"
        return _own(name)
    version = str(getattr(session, "version", ""))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if not hasattr(session, "conf") or numbers < _OLDEST:
        what = f"it is Spark {version}" if version else f"it is a {type(session).__name__}"
        fix = "give it a SparkSession of Spark 3.5 or newer, or leave it out"
        raise PlanError(Fault("SESSION_UNFIT", f"the session cannot be used: {what}", "session", fix))
    return Given(session)


@cache
def _own(name: str) -> Engine:
    """The one engine of this name in the notebook's process, stopped at its end."""
    engine = engines.open(name)
    atexit.register(engine.close)
    return engine
