"""The engine `glue`: the session and the arguments that AWS Glue gives the job. The only file that knows `awsglue`."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from mesh_etl.errors import Fault, RunError
from mesh_etl.run.engines.base import REMOTE_CORES, Capability, Engine
from mesh_etl.run.engines.connect import SETTINGS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Glue(Engine):
    """Spark as AWS Glue configures it; Glue owns the session, so `close` leaves it alone."""

    name: ClassVar[str] = "glue"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"java", "cluster", "streaming"})

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
        from awsglue.context import GlueContext
        from pyspark.context import SparkContext

        session: SparkSession = GlueContext(SparkContext.getOrCreate()).spark_session
        for key, value in SETTINGS.items():
            if key != "spark.sql.runSQLOnFiles":  # fixed when Glue starts the session
                session.conf.set(key, value)
        return session


def job_arguments(argv: Sequence[str], names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:
    """The value of each `--name` in the arguments of a job script; those that are `optional` may be left out.

    In a Glue job `getResolvedOptions` reads them, which knows to pass over those that Glue adds (`--JOB_NAME`, …);
    elsewhere argparse does.
    """
    if find_spec("awsglue") is not None:
        from awsglue.utils import getResolvedOptions

        asked = [*names, *(name for name in optional if any(one.split("=")[0] == f"--{name}" for one in argv))]
        found = getResolvedOptions(list(argv), asked)
        return {name: str(found[name]) for name in asked}
    parser = ArgumentParser(argv[0])
    for name in names:
        parser.add_argument(f"--{name}", required=True)
    for name in optional:
        parser.add_argument(f"--{name}", default=SUPPRESS)
    return dict(vars(parser.parse_args(argv[1:])))


ENGINE = Glue
