"""Avro files."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from pydantic import Field

from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.stored import Columns, StoredSource, not_this
from mesh_etl.stores import InputFile


@source
class Avro(StoredSource):
    """Avro object container files whose own schemas fit the contract: the same types, or narrower ones.

    source: {type: avro, path: "data/orders/*.avro", drift: ignore}
    """

    type: Literal["avro"] = Field(default="avro", description="Avro object container files.")

    def open(self, context: SourceContext) -> Opened:
        if find_spec("fastavro") is None:
            problem, fix = "reading Avro needs fastavro", "pip install 'mesh_etl[avro]'"
            raise PlanError(Fault("PACKAGE_MISSING", problem, context.where("type"), fix))
        from mesh_etl.kernels.stored.avro import AvroReader

        return self.read_by(AvroReader, context)

    def columns_of(self, file: InputFile) -> Columns:
        from mesh_etl.kernels.stored.avro import file_schema

        try:
            return file_schema(file)
        except ValueError as error:
            problem = "the file's schema is no JSON" if type(error) is not ValueError else str(error)
            raise not_this(file, problem) from None
