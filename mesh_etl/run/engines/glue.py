"""The engine `glue`: the Spark session that AWS Glue gives the job."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from mesh_etl.errors import Fault, RunError
from mesh_etl.run.engines.base import REMOTE_CORES, Engine
from mesh_etl.run.engines.connect import SETTINGS

if TYPE_CHECKING:
    from pyspark.context import SparkContext
    from pyspark.sql import SparkSession


class Glue(Engine):
    """Spark as AWS Glue configures it; Glue owns the session, so `close` leaves it alone."""

    name: ClassVar[str] = "glue"

    @property
    def cores(self) -> int:
        conf = self.session().conf
        executors = conf.get("spark.executor.instances", None) or conf.get("spark.dynamicAllocation.maxExecutors", None)
        return int(executors) * int(conf.get("spark.executor.cores", "4") or 4) if executors else REMOTE_CORES

    def close(self) -> None:
        """The session goes with the job run that Glue made it for."""
        self._session = None

    def _open(self) -> SparkSession:
        if find_spec("awsglue") is None:
            fix = "use --engine embedded or --engine spark outside of AWS Glue"
            raise RunError(Fault("ENGINE_MISSING", "engine 'glue' runs inside an AWS Glue job only", "--engine", fix))
        from pyspark.context import SparkContext

        session: SparkSession = glue_context(SparkContext.getOrCreate()).spark_session
        for key, value in SETTINGS.items():
            if key != "spark.sql.runSQLOnFiles":  # fixed when Glue starts the session
                session.conf.set(key, value)
        return session


def glue_context(spark: SparkContext | SparkSession) -> Any:
    """The GlueContext of the Spark that runs here. Raises `RunError` ENGINE_MISSING without Glue's Java libraries."""
    from awsglue.context import GlueContext

    try:
        return GlueContext(spark)
    except TypeError:  # 'JavaPackage' object is not callable: Glue's classes are not on the class path
        fix = "use --engine spark outside of AWS Glue: the package from PyPI is the Python half alone"
        raise RunError(Fault("ENGINE_MISSING", "Glue's Java libraries are not there", "--engine", fix)) from None


ENGINE = Glue
