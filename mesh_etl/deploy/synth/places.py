"""Where in S3 a source reads, as far as its configuration says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mesh_etl.sources.files import stated
from mesh_etl.stores.pattern import matcher

S3 = "s3://"


@dataclass(frozen=True, order=True)
class Prefix:
    """What the keys begin with that a source reads from a bucket."""

    bucket: str
    prefix: str

    @property
    def folder(self) -> str:
        """The folder that all of them are in, with its bucket: `raw/orders/`."""
        return f"{self.bucket}/{self.prefix[: self.prefix.rfind('/') + 1]}"


def prefixes(source: Any) -> tuple[Prefix, ...]:
    """The places in S3 of a source of files, each once in order; none for a source of another kind or of folders."""
    found = set()
    for one in stated(source):
        if one.startswith(S3):
            bucket, _, key = matcher(one)[0].removeprefix(S3).partition("/")
            found.add(Prefix(bucket, key))
    return tuple(sorted(found))
