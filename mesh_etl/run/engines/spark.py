"""The engine `spark`: a Spark session in a Java machine, local by default, on a cluster by its master URL."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mesh_etl.errors import Fault, RunError
from mesh_etl.run.engines import java
from mesh_etl.run.engines.base import REMOTE_CORES, Engine, available_cores
from mesh_etl.run.engines.connect import SETTINGS
from mesh_etl.run.engines.failures import translated

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Spark logs the text of errors, and these quote cell values; what went wrong reaches the user as a coded error.
# Spark asks the gateway's logger for the level to set as the default, and says so when it differs from the root's.
_LOGGING = """\
rootLogger.level = off
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = off
rootLogger.appenderRef.none.ref = none
appender.none.type = Null
appender.none.name = none
"""


class Spark(Engine):
    """Classic Spark 3.5 or 4.x, with Python workers of the running interpreter."""

    name: ClassVar[str] = "spark"
    options: ClassVar[tuple[str, ...]] = ("master", "conf")

    def __init__(self, master: str = "local[*]", conf: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._master = master
        self._conf = dict(conf or {})

    @property
    def cores(self) -> int:
        if self._master == "local":
            return 1
        if not self._local:
            return int(self._conf.get("spark.default.parallelism", REMOTE_CORES))
        count = self._master.removeprefix("local[").rstrip("]").partition(",")[0]
        return available_cores() if count == "*" else int(count)

    @property
    def shares_disk(self) -> bool:
        return self._local

    @property
    def _local(self) -> bool:
        return self._master == "local" or self._master.startswith("local[")

    def _open(self) -> SparkSession:
        if find_spec("pyspark") is None or find_spec("py4j") is None:
            fix = "pip install 'mesh_etl[spark]' into an environment of its own (not beside pyspark-client)"
            raise RunError(Fault("ENGINE_MISSING", "engine 'spark' needs pyspark", "--engine", fix))
        import pyspark

        java.require(int(pyspark.__version__.partition(".")[0]))
        os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
        if self._local:
            os.environ["PYSPARK_PYTHON"] = sys.executable
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        else:
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # a cluster may have its own elsewhere
        _quiet()
        from pyspark.sql import SparkSession

        started = translated() if self._local else translated(f"--master {self._master}", "ENGINE_UNREACHABLE")
        with tempfile.TemporaryDirectory(prefix="mesh-spark-") as scratch, started:
            builder = SparkSession.builder.master(self._master).appName("mesh_etl")
            for key, value in {**self._settings(Path(scratch)), **self._conf}.items():
                builder = builder.config(key, value)
            return builder.getOrCreate()

    def _settings(self, scratch: Path) -> dict[str, str]:
        """What the session is started with; a cluster keeps its own network and memory."""
        everywhere = SETTINGS | {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
            "spark.sql.catalogImplementation": "in-memory",
        }
        if not self._local:
            return everywhere | {"spark.log.level": "OFF"}  # the driver's; the cluster's own logs are the cluster's
        logging = scratch / "log4j2.properties"
        logging.write_text(_LOGGING)
        return everywhere | {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging.as_uri()}",
            "spark.executorEnv.PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "spark.sql.shuffle.partitions": str(2 * self.cores),
            "spark.sql.warehouse.dir": (Path(tempfile.gettempdir()) / "mesh-spark-warehouse").as_uri(),
        }


def _quiet() -> None:
    """PySpark 4 logs every error of a query once more from Python, with its text; these loggers are silent now."""
    if find_spec("pyspark.logger") is None:
        return
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


ENGINE = Spark
