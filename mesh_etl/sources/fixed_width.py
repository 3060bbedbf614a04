"""Text files whose columns stand at fixed positions."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from mesh_etl.config.model import Model
from mesh_etl.contract.types import DataType, Decimal, Simple, parse
from mesh_etl.errors import Fault
from mesh_etl.sources.base import Opened, Source, SourceContext, source
from mesh_etl.sources.delimited import is_a_mark
from mesh_etl.sources.encoding import Encoding
from mesh_etl.sources.files import Paths, found, typed_columns, unread
from mesh_etl.sources.text import TextOptions

_NUMBERS = {"tinyint", "smallint", "int", "bigint", "float", "double"}


def _is_padding(value: str) -> str:
    if value.isalnum() or value in ("+", "-", ".", "\r", "\n", "\0"):
        raise ValueError("could be part of a value; for numbers such as 007 declare numbers: {leading_zeros: true}")
    return value


Padding = Annotated[str, Field(max_length=1), AfterValidator(_is_padding)]
Align = Literal["left", "right"]


class FixedColumn(Model):
    """Where a column stands in each line."""

    from_: int = Field(alias="from", ge=1, description="The position of its first character, counted from 1.")
    to: int | None = Field(
        default=None, ge=1, description="The position of its last character; default: the last column ends its line."
    )
    type: str | None = Field(default=None, description="The type, for a column that the contract does not have.")
    pad: Padding | None = Field(default=None, description="The character that fills it up; default: the source's.")
    align: Align | None = Field(
        default=None, description="Where values stand; default: the source's, else numbers right and all others left."
    )

    @field_validator("type")
    @classmethod
    def _is_type(cls, value: str | None) -> str | None:
        if value is not None:
            parse(value)
        return value

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.to is not None and self.to < self.from_:
            raise ValueError("to: the column ends before it begins")
        return self


@source
class FixedWidth(Source, TextOptions):
    """Lines in which every column has its positions: characters, counted from 1, the last one inclusive.

    source: {type: fixed_width, path: "data/accounts-*.txt", columns: {id: {from: 1, to: 8}, name: {from: 9, to: 38}}}
    """

    type: Literal["fixed_width"] = Field(default="fixed_width", description="Text with columns at fixed positions.")
    path: Paths = Field(
        description="A file, a folder (all its files), a pattern such as data/*.txt, or a list of these; relative to "
        "the project, or in S3 (s3://bucket/folder).",
    )
    columns: dict[str, FixedColumn] = Field(min_length=1, description="The columns to read: name → {from, to}.")
    width: int | None = Field(
        default=None, ge=1, description="The length of every line, where it goes on after the last column."
    )
    pad: Padding = Field(default=" ", description="The character that fills up values; empty for none.")
    align: Align | None = Field(
        default=None, description="Where values stand in their columns; default: numbers right and all others left."
    )
    nulls: tuple[str, ...] = Field(default=("",), description="The texts, without padding, that mean NULL.")
    comment: str = Field(default="", max_length=1, description="The character at the begin of lines to pass over.")
    skip_lines: int = Field(default=0, ge=0, le=10_000, description="The number of lines before the first record.")
    trailer: str = Field(
        default="",
        pattern=r"^[^\r\n]*$",
        description="What the last line of each file begins with, if it is no record; a file without it is not whole.",
    )
    encoding: Encoding = Field(
        default="utf-8", description="How characters are encoded; files in other encodings than UTF-8 are not split."
    )

    @field_validator("comment")
    @classmethod
    def _is_a_mark(cls, value: str) -> str:
        return is_a_mark(value)

    @model_validator(mode="after")
    def _columns_are_apart(self) -> Self:
        ordered = sorted(self.columns.items(), key=lambda one: one[1].from_)
        for (name, column), (other, following) in pairwise(ordered):
            if column.to is None:
                raise ValueError(f"columns.{name}: only the last column may do without its end")
            if column.to >= following.from_:
                raise ValueError(f"columns.{other}: it overlaps with '{name}'")
        last = ordered[-1][1].to
        if self.width is not None and (last is None or self.width < last):
            raise ValueError("width: a line is as long as its last column reaches, or longer")
        return self

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.text.fixed_width import FixedWidthReader, Position

        schema = tuple(typed_columns(self.columns, context, "{from: …, to: …, type: bigint}"))
        positions = []
        for column, stated in zip(schema, self.columns.values(), strict=True):
            pad = self.pad if stated.pad is None else stated.pad
            align = stated.align or self.align or ("right" if _is_number(column.type) else "left")
            positions.append(Position(stated.from_ - 1, stated.to, pad, align))
        ends = [one.end for one in positions if one.end is not None]
        width = self.width or (max(ends) if len(ends) == len(positions) else None)
        reader = FixedWidthReader(
            schema,
            tuple(positions),
            width,
            nulls=self.nulls,
            text=self.rules(),
            comment=self.comment,
            encoding=self.encoding,
            skip_lines=self.skip_lines,
            trailer=self.trailer,
        )
        listed = found(self.path, context)
        fix = "remove it or deliver it again"
        faults = [Fault("EMPTY_FILE", "the file is empty", file.path, fix) for file in listed if file.size == 0]
        files, skipped = unread(listed, context, faults)
        return Opened(files, reader, skipped=skipped)


def _is_number(type_: DataType) -> bool:
    return isinstance(type_, Decimal) or (isinstance(type_, Simple) and type_.name in _NUMBERS)
