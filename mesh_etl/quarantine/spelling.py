"""Whether the raw text of a refused record can be read again on its own, and the file that it is written into."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import PurePath

from mesh_etl.quarantine.rows import Row
from mesh_etl.sources import Dms, FixedWidth, Json, Rest, Source
from mesh_etl.sources.delimited import Delimited

NO_TEXT = "its bytes were no text and are not kept"
NO_RECORD = "its text is not one record of its own in today's dialect"
NO_HEADER = "the header of its file is not kept"


def is_text(source: Source) -> bool:
    """Whether the source's records are kept as the text that they were."""
    return isinstance(source, Delimited | FixedWidth | Json | Rest) or (
        isinstance(source, Dms) and source.format == "csv"
    )


def reads_alone(source: Source, path: tuple[str, ...]) -> Source:
    """The source for files that hold nothing but a header and records, in UTF-8."""
    match source:
        case Delimited() | FixedWidth():
            bare = {"path": path, "encoding": "utf-8", "skip_lines": 0, "comment": "", "trailer": ""}
        case Json():
            bare = {"path": path, "encoding": "utf-8", "layout": "lines", "records": ""}
        case Dms():
            bare = {"path": path}
        case _:
            bare = {}  # what it fetches is taken from elsewhere
    return source.model_copy(update=bare)


def header_line(source: Source, names: tuple[str, ...]) -> str:
    """The line with the names of the columns, empty where the source has none.

    Raises `ValueError` when the names are not known, or the dialect cannot write one.
    """
    from mesh_etl.kernels.text.csv_header import strict

    if not isinstance(source, Delimited | Dms) or not source.header:
        return ""
    if not names:
        raise ValueError(NO_HEADER)
    delimiter = source.separator() if isinstance(source, Delimited) else source.delimiter
    escape = source.escape if isinstance(source, Delimited) else ""
    line = io.StringIO()
    try:
        csv.writer(line, lineterminator="\n", **strict(delimiter, source.quote, escape)).writerow(names)
    except csv.Error:
        raise ValueError(NO_HEADER) from None
    return line.getvalue()


def file_name(source: Source, address: str) -> str:
    """The name for a file of records of the file at the address: the same, since some sources read it."""
    return "page.json" if isinstance(source, Rest) else PurePath(address).name


def names_of(row: Row) -> tuple[str, ...]:
    """The names in the header of the row's file."""
    return tuple(json.loads(row.header)) if row.header else ()


def speller(source: Source) -> Callable[[Row], str]:
    """What writes a row as the lines of one record; it raises `ValueError` with the reason why it cannot."""
    whole = _whole(source)

    def spelled(row: Row) -> str:
        codes = {code for code, _ in row.broken}
        text = row.raw
        if "ENCODING" in codes:
            raise ValueError(NO_TEXT)
        if isinstance(source, Json | Rest):
            if "NOT_JSON" in codes and ("\n" in text or "\r" in text):
                raise ValueError(NO_RECORD)
            text = text.replace("\r", " ").replace("\n", " ")  # where JSON is valid, they stand between its tokens
        line = text + ("\r\n" if text.endswith("\r") else "\n")
        if text.startswith("\ufeff") or not whole(line, row):
            raise ValueError(NO_RECORD)
        return line

    return spelled


def _whole(source: Source) -> Callable[[str, Row], bool]:
    """Whether a text with its line end is exactly one record."""
    if not (isinstance(source, Delimited | Dms) and source.multiline):
        return lambda line, row: line.count("\n") == 1 and (line.strip("\r\n") != "" or len(names_of(row)) == 1)
    from mesh_etl.kernels.text.csv import CsvReader
    from mesh_etl.kernels.work import WorkItem
    from mesh_etl.stores import LOCAL, InputFile

    delimiter = source.separator() if isinstance(source, Delimited) else source.delimiter
    escape = source.escape if isinstance(source, Delimited) else ""
    reader = CsvReader((), delimiter=delimiter, quote=source.quote, escape=escape, multiline=True)

    def whole(line: str, row: Row) -> bool:
        text = line.encode()
        item = WorkItem(0, "", InputFile("", len(text), "", LOCAL), 0, len(text), names_of(row))
        return reader.ends_record(text) and len(reader.records(text, item)) == 1

    return whole
