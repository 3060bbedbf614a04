"""ORC files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.stored import Columns, StoredSource, not_this
from mesh_etl.stores import InputFile


@source
class Orc(StoredSource):
    """ORC files whose own schemas fit the contract: the same types, or narrower ones that widen without loss.

    source: {type: orc, path: "data/orders/", timezone: UTC}
    """

    type: Literal["orc"] = Field(default="orc", description="ORC files.")

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.stored.orc import OrcReader

        return self.read_by(OrcReader, context)

    def columns_of(self, file: InputFile) -> Columns:
        import pyarrow as pa

        from mesh_etl.kernels.stored.orc import file_schema

        try:
            return file_schema(file)
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise not_this(file, "the file is not ORC, or was cut off") from None
