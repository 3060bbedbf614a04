"""What a job needs that is on this machine, where Glue cannot reach it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.config.interpolate import Interpolation
from mesh_etl.errors import Fault
from mesh_etl.sources.files import FileSource, stated
from mesh_etl.sources.fixed_width import FixedWidth
from mesh_etl.sources.jdbc import Jdbc

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.config.document import Loc

_OF_FILES = (FileSource, FixedWidth)


def unreachable(job: LoadedJob) -> Iterator[Fault]:
    """SOURCE_NOT_S3, TABLE_NOT_S3, SECRET_NOT_ON_AWS and FILE_NOT_SHIPPED, each where it is stated."""
    if not job.table_root.startswith("s3://"):
        where, fix = job.project.where_mesh("warehouse"), "set it to s3://bucket/prefix in the environment's file"
        yield Fault("TABLE_NOT_S3", "warehouse: the tables of a Glue job are in S3", where, fix)
    sources: list[tuple[Loc, Any]] = [(("source",), job.job.source)]
    sources += [(("inputs", name), one) for name, one in job.job.inputs.items()]
    for loc, one in sources:
        if isinstance(one, _OF_FILES) and any("://" not in path for path in stated(one)):
            problem = "path: a Glue job cannot read files of this machine"
            fix = "put them into S3, and say here ${raw}/…, with a value raw in each environment's file: s3://bucket"
            yield Fault("SOURCE_NOT_S3", problem, job.where(*loc, "path"), fix)
        if isinstance(one, Jdbc) and one.tls_ca is not None:
            problem = "tls_ca: the file is not there in a Glue job"
            fix = "leave it out where the system's authorities will do, or use a Glue connection"
            yield Fault("FILE_NOT_SHIPPED", problem, job.where(*loc, "tls_ca"), fix)
    data = Interpolation(job.document, job.project.env.values, "").apply(job.document.data)
    yield from _secrets(job, data, ())


def _secrets(job: LoadedJob, data: Any, loc: Loc) -> Iterator[Fault]:
    """A Glue job has no environment of its own, and its parameters are logged."""
    if isinstance(data, dict):
        if isinstance(data.get("secret"), str) and data["secret"].startswith("env:"):
            fix = "keep it in the account: {secret: secretsmanager:NAME} or {secret: ssm:/PATH}"
            problem = "a Glue job has no environment variables"
            yield Fault("SECRET_NOT_ON_AWS", problem, job.where(*loc, "secret"), fix)
        for key, one in data.items():
            yield from _secrets(job, one, (*loc, key))
    elif isinstance(data, list):
        for index, one in enumerate(data):
            yield from _secrets(job, one, (*loc, index))
