"""Parquet files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.contract.types import DataType
from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.drift import Stored
from mesh_etl.sources.files import FileSource
from mesh_etl.stores import InputFile


@source
class Parquet(FileSource):
    """Parquet files whose own schemas fit the contract: the same types, or narrower ones that widen without loss.

    source: {type: parquet, path: "data/orders/", drift: ignore}
    """

    type: Literal["parquet"] = Field(default="parquet", description="Parquet files.")

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.parquet import ParquetReader

        schema, names = self.schema_of(context)
        files, skipped = self.pin(context)
        stored = [Stored(file.path, tuple(_schema(file))) for file in files]
        found = self.compared(context, schema, names, stored)
        return Opened(files, ParquetReader(found.schema, dict(found.names)), skipped=skipped, drift=found.drift)


def _schema(file: InputFile) -> list[tuple[str, DataType | str]]:
    import pyarrow as pa

    from mesh_etl.kernels.parquet import file_schema

    try:
        return file_schema(file)
    except pa.ArrowInvalid:
        problem = "the file is not Parquet, or was cut off"
        raise PlanError(Fault("NOT_THIS_FORMAT", problem, file.path, "deliver it again")) from None
