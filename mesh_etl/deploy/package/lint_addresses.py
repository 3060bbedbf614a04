"""Addresses in S3 that would mean something else in a role's policy than they do in a job."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault
from mesh_etl.sources.files import stated

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob

S3 = "s3://"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")  # those of before 2018 have more than new ones may


def misaddressed(job: LoadedJob) -> Iterator[Fault]:
    """S3_ADDRESS for a bucket of no bucket's name, and for a key that IAM would read as a pattern or a variable.

    `*` in the name of a bucket would be the right to all buckets, `${` begins a variable of whoever asks.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    for loc, one in (("source",), job.job.source), *((("inputs", name), one) for name, one in job.job.inputs.items()):
        for path in stated(one):
            yield from _of(path, job.where(*loc, "path"), ("${",))
    yield from _of(job.table_root, job.project.where_mesh("warehouse"), ("${", "*", "?"))


def _of(address: str, where: str, unfit: tuple[str, ...]) -> Iterator[Fault]:
    if not address.startswith(S3):
        return
    bucket, _, key = address.removeprefix(S3).partition("/")
    if _BUCKET.fullmatch(bucket) is None:
        fix = "name one bucket: s3://bucket/folder; a pattern is for the names behind it"
        yield Fault("S3_ADDRESS", "no bucket has such a name", where, fix)
    for one in unfit:
        if one in key:
            problem = f"in the policy of the job's role '{one}' would not stand for itself"
            yield Fault("S3_ADDRESS", problem, where, "take it out of the names of folders and files")
