"""What the sources of delimited text share."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from pydantic import Field, field_validator, model_validator

from mesh_etl.errors import Fault, MeshError, PlanError
from mesh_etl.sources.base import Opened, SourceContext
from mesh_etl.sources.drift import Stored
from mesh_etl.sources.encoding import Encoding
from mesh_etl.sources.files import FileSource
from mesh_etl.sources.text import TextOptions
from mesh_etl.stores import InputFile


class Delimited(FileSource, TextOptions):
    """Records of fields with a character between them (RFC 4180, and declared dialects of it)."""

    quote: str = Field(default='"', max_length=1, description="The character around quoted fields; empty for none.")
    escape: str = Field(
        default="",
        max_length=1,
        description="The character that takes away the meaning of the next one, in place of doubled quotes; only the "
        "delimiter, the quote, the mark of comments, the escape itself and, with multiline, line feeds need it.",
    )
    comment: str = Field(default="", max_length=1, description="The character at the begin of lines to pass over.")
    header: bool = Field(
        default=True, description="Whether the first line of each file holds the names of the columns."
    )
    skip_lines: int = Field(default=0, ge=0, le=10_000, description="The number of lines before the header.")
    trailer: str = Field(
        default="",
        pattern=r"^[^\r\n]*$",
        description="What the last line of each file begins with, if it is no record; a file without it is not whole.",
    )
    nulls: tuple[str, ...] = Field(
        default=("",), description='The unquoted texts that mean NULL; quoted ones are text, so "" is the empty text.'
    )
    multiline: bool = Field(
        default=False, description="Whether quoted fields may hold line ends; such files are not split."
    )
    encoding: Encoding = Field(
        default="utf-8", description="How characters are encoded; files in other encodings than UTF-8 are not split."
    )

    @field_validator("quote", "escape", "comment")
    @classmethod
    def _is_a_mark(cls, value: str) -> str:
        return is_a_mark(value)

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        seen = {self.separator(): "delimiter"}
        for key in ("quote", "escape", "comment"):
            mark = getattr(self, key)
            if mark and seen.setdefault(mark, key) != key:
                raise ValueError(f"{key} is the {seen[mark]} already")
        if self.multiline and self.escape and self.comment:
            raise ValueError("comment: an escape before a line end would be told apart from a comment by guessing")
        for token in self.nulls:
            if self.escape and self.escape in token and not (token[0] == self.escape and token[1:].isalnum()):
                raise ValueError(f"nulls: an escape may only begin a token, before letters, as in {self.escape}N")
        return self

    def separator(self) -> str:
        """The character between fields."""
        raise TypeError(f"{type(self).__name__} has no delimiter")

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.text.csv import CsvReader

        schema, names = self.schema_of(context)
        reader = CsvReader(
            schema,
            names,
            delimiter=self.separator(),
            quote=self.quote,
            nulls=self.nulls,
            header=self.header,
            multiline=self.multiline,
            text=self.rules(),
            escape=self.escape,
            comment=self.comment,
            encoding=self.encoding,
            skip_lines=self.skip_lines,
            trailer=self.trailer,
        )
        files, skipped = self.pin(context)
        headers: dict[str, tuple[str, ...]] = {}
        faults: list[Fault] = []
        for file in files:
            try:
                headers[file.path] = _filled(reader.head(file)[0], file)
            except MeshError as error:
                if error.retryable:
                    raise
                faults += error.faults
        if faults:
            raise PlanError(*faults)
        stored = [Stored(path, tuple((name, None) for name in header)) for path, header in headers.items()]
        found = self.compared(context, schema, names, stored)
        reader = replace(reader, schema=found.schema, names=dict(found.names))
        return Opened(files, reader, headers, skipped, found.drift)


def is_a_mark(value: str) -> str:
    """The character, if it may have a meaning in text. Raises `ValueError`."""
    if not value.isascii() or value in ("\r", "\n", "\0"):
        raise ValueError("must be an ASCII character that ends no line")
    return value


def _filled(header: tuple[str, ...], file: InputFile) -> tuple[str, ...]:
    if not header:
        fix = "deliver it with the names of the columns in line 1, or set header: false"
        raise PlanError(Fault("EMPTY_FILE", "the first line is empty", file.path, fix))
    return header
