"""Sheets of Excel workbooks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from mesh_etl.errors import Fault, MeshError, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.drift import Stored
from mesh_etl.sources.files import FileSource
from mesh_etl.sources.text import TextOptions
from mesh_etl.stores import InputFile

if TYPE_CHECKING:
    from mesh_etl.kernels.stored.sheet import Area

_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})?:([A-Z]{1,3})([1-9][0-9]{0,6})?")


@source
class Excel(FileSource, TextOptions):
    """A sheet of each workbook (.xlsx, .xlsm), matched to the contract by the names in its header row.

    source: {type: excel, path: "data/budget.xlsx", sheet: Plan 2026, header_row: 3}
    """

    type: Literal["excel"] = Field(default="excel", description="A sheet of an Excel workbook.")
    sheet: str | None = Field(
        default=None, min_length=1, max_length=31, description="The name of the sheet; default: the first visible one."
    )
    header_row: int | None = Field(
        default=None, ge=1, le=1_048_575, description="The row that holds the names; default: the first of the range."
    )
    range: str | None = Field(
        default=None,
        description="The part of the sheet to read, such as B3:F200 or B:F; default: all of it.",
    )
    nulls: tuple[str, ...] = Field(default=("",), description="The texts that mean NULL; a blank cell always does.")

    @field_validator("range")
    @classmethod
    def _is_range(cls, value: str | None) -> str | None:
        match = _RANGE.fullmatch(value) if value is not None else None
        if value is not None and not match:
            raise ValueError("is no range of cells; write it as in B3:F200 or B:F")
        return value

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.stored.excel import ExcelReader

        schema, names = self.schema_of(context)
        reader = ExcelReader(schema, names, self.sheet, self._area(context), self.nulls, self.rules())
        files, skipped = self.pin(context)
        headers, faults = {}, list[Fault]()
        for file in files:
            try:
                headers[file.path] = _named(reader.head(file), file)
            except MeshError as error:
                faults += error.faults
        if faults:
            raise PlanError(*faults)
        stored = [Stored(path, tuple((one, None) for one in header if one)) for path, header in headers.items()]
        found = self.compared(context, schema, names, stored)
        reader = replace(reader, schema=found.schema, names=dict(found.names))
        return Opened(files, reader, headers, skipped, found.drift)

    def _area(self, context: SourceContext) -> Area:
        from mesh_etl.kernels.stored.sheet import COLUMNS, ROWS, Area, column_number

        left, top, right, bottom = _RANGE.fullmatch(self.range or "A:XFD").groups()  # type: ignore[union-attr]
        first = self.header_row or int(top or 1)
        area = Area(column_number(left), column_number(right), first, int(bottom or ROWS))
        within = area.first_column <= area.last_column <= COLUMNS and int(top or 1) <= first <= area.last_row <= ROWS
        if not within:
            problem, fix = "the range holds no cell of the header row", "write it as in B3:F200"
            raise PlanError(Fault("RANGE_UNFIT", problem, context.where("range"), fix))
        return area


def _named(header: tuple[str, ...], file: InputFile) -> tuple[str, ...]:
    if not header:
        fix = "say in which row the header is (header_row), or deliver the file with one"
        raise PlanError(Fault("EMPTY_FILE", "the header row is empty", file.path, fix))
    return header
