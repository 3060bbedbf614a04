"""Delimited text files."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.drift import Stored
from mesh_etl.sources.files import FileSource, Timezone
from mesh_etl.stores import InputFile


@source
class Csv(FileSource):
    """Records of delimited text (RFC 4180), matched to the contract by the names in the header.

    source: {type: csv, path: "data/orders-*.csv", delimiter: ";", nulls: ["", "NA"]}
    """

    type: Literal["csv"] = Field(default="csv", description="Delimited text.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="The character between fields.")
    quote: str = Field(
        default='"',
        validate_default=True,
        max_length=1,
        description="The character around quoted fields; empty for none.",
    )
    header: bool = Field(
        default=True, description="Whether the first line of each file holds the names of the columns."
    )
    nulls: tuple[str, ...] = Field(default=("",), description="The unquoted texts that mean NULL.")
    true_values: tuple[str, ...] = Field(default=("true",), description="The texts that mean true.")
    false_values: tuple[str, ...] = Field(default=("false",), description="The texts that mean false.")
    multiline: bool = Field(
        default=False, description="Whether quoted fields may hold line ends; such files are not split."
    )
    timezone: Timezone | None = Field(
        default=None, description="The zone of timestamps that are written without an offset."
    )

    @field_validator("delimiter", "quote")
    @classmethod
    def _is_one_byte(cls, value: str) -> str:
        if not value.isascii() or value in ("\r", "\n", "\0"):
            raise ValueError("must be an ASCII character that ends no line")
        return value

    @field_validator("quote")
    @classmethod
    def _is_no_delimiter(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("delimiter"):
            raise ValueError("is the delimiter already")
        return value

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.csv import CsvReader
        from mesh_etl.kernels.typing import TextRules

        schema, names = self.schema_of(context)
        reader = CsvReader(
            schema,
            names,
            self.delimiter,
            self.quote,
            self.nulls,
            self.header,
            self.multiline,
            TextRules(self.true_values, self.false_values, self.timezone),
        )
        files, skipped = self.pin(context)
        headers = {file.path: self._header(reader.head(file)[0], file) for file in files}
        stored = [Stored(path, tuple((name, None) for name in header)) for path, header in headers.items()]
        found = self.compared(context, schema, names, stored)
        reader = replace(reader, schema=found.schema, names=dict(found.names))
        return Opened(files, reader, headers, skipped, found.drift)

    def _header(self, header: tuple[str, ...], file: InputFile) -> tuple[str, ...]:
        if not header:
            fix = "deliver it with the names of the columns in line 1, or set header: false"
            raise PlanError(Fault("EMPTY_FILE", "the first line is empty", file.path, fix))
        return header
