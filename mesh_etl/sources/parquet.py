"""Parquet files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.stored import Columns, StoredSource, ends_with, not_this
from mesh_etl.stores import InputFile


@source
class Parquet(StoredSource):
    """Parquet files whose own schemas fit the contract: the same types, or narrower ones that widen without loss.

    source: {type: parquet, path: "data/orders/", drift: ignore}
    """

    type: Literal["parquet"] = Field(default="parquet", description="Parquet files.")

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.stored.parquet import ParquetReader

        return self.read_by(ParquetReader, context)

    def columns_of(self, file: InputFile) -> Columns:
        import pyarrow as pa

        from mesh_etl.kernels.stored.parquet import file_schema

        try:
            return file_schema(file)
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            if ends_with(file, b"PARE"):
                fix = "deliver it without encryption, on storage that is encrypted"
                raise not_this(file, "the file is encrypted Parquet", fix) from None
            raise not_this(file, "the file is not Parquet, or was cut off") from None
