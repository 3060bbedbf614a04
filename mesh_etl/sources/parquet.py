"""Parquet files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.contract.diff import fits
from mesh_etl.contract.types import DataType, Schema
from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.files import FileSource, header_faults


@source
class Parquet(FileSource):
    """Parquet files whose own schemas fit the contract: the same types, or narrower ones that widen without loss.

    source: {type: parquet, path: "data/orders/", extra_columns: ignore}
    """

    type: Literal["parquet"] = Field(default="parquet", description="Parquet files.")

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.parquet import ParquetReader

        schema, names = self.schema_of(context)
        files, skipped = self.pin(context)
        faults: list[Fault] = []
        for file in files:
            stored = _schema(file.path)
            ignore = self.extra_columns == "ignore"
            faults += header_faults(file.path, [name for name, _ in stored], schema, names, ignore)
            faults += type_faults(file.path, dict(stored), schema, names)
        if faults:
            raise PlanError(*faults)
        return Opened(files, ParquetReader(schema, names), {}, skipped)


def _schema(path: str) -> list[tuple[str, DataType | str]]:
    import pyarrow as pa

    from mesh_etl.kernels.parquet import file_schema

    try:
        return file_schema(path)
    except pa.ArrowInvalid:
        problem = "the file is not Parquet, or was cut off"
        raise PlanError(Fault("NOT_THIS_FORMAT", problem, path, "deliver it again")) from None


def type_faults(path: str, stored: dict[str, DataType | str], schema: Schema, names: dict[str, str]) -> list[Fault]:
    """The columns whose stored type cannot be read as the contract's without losing something."""
    faults = []
    for column in schema:
        found = stored.get(names.get(column.name, column.name))
        if found is not None and (isinstance(found, str) or not fits(found, column.type)):
            spelled = found if isinstance(found, str) else found.ddl()
            problem = f"column '{column.name}' is stored as {spelled}, the contract says {column.type.glue()}"
            faults.append(Fault("TYPE_MISMATCH", problem, path, "change the contract or the delivery"))
    return faults
