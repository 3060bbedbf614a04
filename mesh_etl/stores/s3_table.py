"""The files of a table in S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, cast

from mesh_etl.stores.base import InputFile
from mesh_etl.stores.s3 import S3Object, S3Store, client


@dataclass(frozen=True)
class S3TableStore(S3Store):
    """The files of a table: nothing changes them once they are committed.

    `path` is where the file lies now, for one that a later commit has carried on from its address. `owner` goes with
    each request; `profile`, `region` and `table` are those of the client.
    """

    path: str
    owner: tuple[tuple[str, str], ...] = ()
    profile: str | None = None
    region: str | None = None
    table: str | None = None

    def open(self, file: InputFile) -> BinaryIO:
        s3 = client(self.profile, self.region, self.table) if self.profile or self.region or self.table else client()
        return cast("BinaryIO", S3Object(s3, self.path, file.size, dict(self.owner)))
