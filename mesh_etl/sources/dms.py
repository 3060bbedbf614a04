"""What AWS DMS writes to S3."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator, model_validator

from mesh_etl.contract.types import DataType, Schema, Simple, Varchar
from mesh_etl.errors import Fault, MeshError, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.delimited import is_a_mark
from mesh_etl.sources.drift import Stored
from mesh_etl.sources.files import FileSource, stated
from mesh_etl.sources.parquet import Parquet
from mesh_etl.sources.text import TextOptions
from mesh_etl.stores import InputFile

if TYPE_CHECKING:
    from mesh_etl.kernels.text.csv import CsvReader

Columns = tuple[tuple[str, DataType | str | None], ...]

OPERATION = "Op"  # the name that DMS gives
_DATE_FOLDERS = re.compile(r"(/[0-9]{2,}(?:[-_][0-9]{2})*)+$")


@source
class Dms(FileSource, TextOptions):
    """One table as an AWS DMS task delivers it: the full load, then the changes in the order of their files.

    Rows are read as they were written, each change a row of its own; nothing is merged. `operation` names the column
    for the operation: I, U or D, and `full_load_operation` for rows of full-load files without one. `sequence` names
    the column that a transformation rule fills with AR_H_CHANGE_SEQ, as text. Files without a header hold the
    operation first, then the columns in the order of `columns`; commit timestamps are a column like any other.

    source:
      type: dms
      path: s3://landing/shop/orders
      operation: _op
      sequence: _seq
      columns: {_op: Op, _at: dms_timestamp, _seq: seq, order_key: O_ORDERKEY, status: O_STATUS}
      timezone: UTC
    """

    type: Literal["dms"] = Field(default="dms", description="What AWS DMS writes to S3.")
    format: Literal["csv", "parquet"] = Field(default="csv", description="The endpoint's dataFormat.")
    operation: str | None = Field(default=None, description="The column of the operation; default: files have none.")
    operation_in_full_load: bool = Field(
        default=False, description="Whether full-load files have the operation, too (includeOpForFullLoad)."
    )
    full_load_operation: Literal["I", "L"] = Field(
        default="I", description="The operation of rows in full-load files that have none: I, or L to tell them apart."
    )
    sequence: str | None = Field(
        default=None, description="The column of the change sequence; default: files have none."
    )
    header: bool = Field(default=False, description="Whether CSV files name their columns (addColumnName).")
    delimiter: str = Field(
        default=",", min_length=1, max_length=1, description="The character between fields of CSV files (csvDelimiter)."
    )
    quote: Literal['"', ""] = Field(default='"', description="Empty where the endpoint says rfc4180: false.")
    nulls: tuple[str, ...] = Field(
        default=("NULL",), description="The texts that mean NULL in CSV files (csvNullValue)."
    )
    multiline: bool = Field(
        default=False, description="Whether fields of CSV files may hold line ends; such files are not split."
    )

    @field_validator("delimiter")
    @classmethod
    def _is_a_delimiter(cls, value: str) -> str:
        return is_a_mark(value)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.delimiter == self.quote:
            raise ValueError("the delimiter is the quote already")
        if self.operation is not None and self.operation == self.sequence:
            raise ValueError("operation and sequence are one column")
        return self

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.stored.parquet import ParquetReader
        from mesh_etl.kernels.text.csv import CsvReader
        from mesh_etl.kernels.text.dms import DmsReader, DmsTextReader

        schema, names = self.schema_of(context)
        self._check_roles(schema, context)
        if self.operation is not None:
            names.setdefault(self.operation, OPERATION)
        files, skipped = self._deliveries(context)
        roles = (self.operation or "", self.sequence or "")
        text = CsvReader(
            schema,
            names,
            delimiter=self.delimiter,
            quote=self.quote,
            nulls=self.nulls,
            header=self.header,
            multiline=self.multiline,
            text=self.rules(),
        )
        columns = self._columns(files, text)
        completed = [self._completed(file, columns[file.path], names) for file in files]
        found = self.compared(context, schema, names, [stored for _, stored in completed])
        files = tuple(file for file, _ in completed)
        if self.format == "parquet":
            reader = ParquetReader(found.schema, dict(found.names), self.rules())
            return Opened(files, DmsReader(reader, *roles), skipped=skipped, drift=found.drift)
        headers = {path: tuple(name for name, _ in some) for path, some in columns.items()}
        text = replace(text, schema=found.schema, names=dict(found.names))
        return Opened(files, DmsTextReader(text, *roles), headers, skipped, found.drift)

    def _check_roles(self, schema: Schema, context: SourceContext) -> None:
        types = {column.name: column.type for column in schema}
        faults = []
        for role, name in (("operation", self.operation), ("sequence", self.sequence)):
            if name is not None and name not in types:
                problem, fix = (
                    f"{role}: '{name}' is no column that is read",
                    "list it in the contract, or under columns",
                )
                faults.append(Fault("COLUMN_MISSING", problem, context.where(role), fix))
            elif name is not None and not (types[name] == Simple("string") or isinstance(types[name], Varchar)):
                problem = f"{role}: column '{name}' is {types[name].ddl()}; what DMS writes there is text"
                faults.append(Fault("TYPE_MISMATCH", problem, context.where(role), "make it a string"))
        if faults:
            raise PlanError(*faults)

    def _deliveries(self, context: SourceContext) -> tuple[tuple[InputFile, ...], int]:
        """The files of the table, in the order in which their rows came to be. Raises `PlanError`."""
        from mesh_etl.kernels.text.dms import delivery

        paths = stated(self)
        files, skipped = self.model_copy(update={"path": tuple(map(_below, paths))}).pin(context)
        found = [(delivery(file.path), file) for file in files]
        known = [(one, file) for one, file in found if one is not None and one.format == self.format]
        strange = [file.path for one, file in found if one is None or one.format != self.format]
        problem = f"the file has no name that DMS gives to a {self.format} file"
        fix = f"move it away; DMS writes LOAD00000001.{self.format} and 20240131-134501123.{self.format}"
        faults = [Fault("FILE_NAME", problem, path, fix) for path in strange]
        tables = {_DATE_FOLDERS.sub("", file.path.rpartition("/")[0]) for file in files}
        if len(tables) > len(paths):
            problem = f"the files lie in {len(tables)} folders, which are those of several tables"
            fix = "give the folder of one table, or list several"
            faults.append(Fault("TABLES_MIXED", problem, context.where("path"), fix))
        if faults:
            raise PlanError(*faults)
        return tuple(file for _, file in sorted(known, key=lambda one: (one[0], one[1].path))), skipped

    def _columns(self, files: Sequence[InputFile], text: CsvReader) -> dict[str, Columns]:
        """The columns of each file: those that it names, or states, or has by position. Raises `PlanError`."""
        parquet = Parquet(path=self.path, drift=self.drift, timezone=self.timezone)
        found: dict[str, Columns] = {}
        faults: list[Fault] = []
        for file in files:
            try:
                if self.format == "parquet":
                    stated = parquet.columns_of(file)
                    found[file.path] = tuple(parquet.as_wanted(stated, text.schema, text.names))
                else:
                    names = text.head(file)[0] if self.header else self._positions(file, text)
                    found[file.path] = tuple((name, None) for name in names)
                if not found[file.path]:
                    faults.append(Fault("EMPTY_FILE", "the first line is empty", file.path, "deliver it again"))
            except MeshError as error:
                if error.retryable:
                    raise
                faults += error.faults
        if faults:
            raise PlanError(*faults)
        return found

    def _positions(self, file: InputFile, text: CsvReader) -> tuple[str, ...]:
        others = [text.names.get(one.name, one.name) for one in text.schema if one.name != self.operation]
        if self.operation is None or not (self.operation_in_full_load or _is_changes(file)):
            return tuple(others)
        return (text.names[self.operation], *others)

    def _completed(self, file: InputFile, columns: Columns, names: Mapping[str, str]) -> tuple[InputFile, Stored]:
        """The file, with the operation as a constant where it is of a full load that has none, and its columns."""
        held = self.operation_in_full_load or _is_changes(file)
        if self.operation is None or held or names[self.operation] in dict(columns):
            return file, Stored(file.path, columns)
        constants = (*file.constants, (self.operation, self.full_load_operation))
        return replace(file, constants=constants), Stored(file.path, (*columns, (names[self.operation], None)))


def _below(path: str) -> str:
    """The pattern of all files below a folder; a path that is a file of DMS's, or a pattern, as it is."""
    from mesh_etl.kernels.text.dms import delivery

    return path if delivery(path) or re.search(r"[*?\[]", path) else f"{path.rstrip('/')}/**/*"


def _is_changes(file: InputFile) -> bool:
    from mesh_etl.kernels.text.dms import delivery

    found = delivery(file.path)
    return found is None or found.changes
