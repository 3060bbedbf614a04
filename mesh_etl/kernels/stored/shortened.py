"""A Parquet file as if some of its rows were not there; the file itself stays as it is."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mesh_etl.stores import InputFile
from mesh_etl.stores.base import Noted


@dataclass(frozen=True)
class ShortenedStore:
    """Gives the bytes of `file` without some of its rows, made anew in the process that reads them.

    `gone` holds their positions as `packed` makes it: what travels to the workers is small.
    """

    file: InputFile
    gone: bytes

    def find(self, address: str) -> list[InputFile]:
        return self.file.store.find(address)

    def beside(self, address: str) -> list[str] | None:
        return self.file.store.beside(address)

    def stands(self, file: InputFile) -> bool:
        return self.file.store.stands(self.file)

    def noted(self, file: InputFile) -> Noted:
        return self.file.store.noted(self.file)

    def open(self, file: InputFile) -> BinaryIO:
        return cast("BinaryIO", self.native(file))

    def native(self, file: InputFile) -> pa.NativeFile:
        with self.file.native() as source:
            return pa.BufferReader(shortened(source, unpacked(self.gone)))


def shortened(source: pa.NativeFile, gone: np.ndarray) -> pa.Buffer:
    """A Parquet file with the rows of another, but for those at the positions `gone`, in one row group.

    All of it is in memory meanwhile, as it would be for whoever makes a copy of the file.
    """
    table = pq.ParquetFile(source).read()
    keep = np.ones(table.num_rows, dtype=bool)
    keep[gone] = False
    out = pa.BufferOutputStream()
    pq.write_table(table.filter(pa.array(keep)), out, compression="zstd", row_group_size=max(table.num_rows, 1))
    return out.getvalue()


def packed(gone: np.ndarray) -> bytes:
    """Positions in ascending order, as their distances, compressed."""
    return zlib.compress(np.diff(gone, prepend=0).astype("<i8").tobytes())


def unpacked(gone: bytes) -> np.ndarray:
    """The positions that `packed` has packed."""
    return np.cumsum(np.frombuffer(zlib.decompress(gone), dtype="<i8"))
