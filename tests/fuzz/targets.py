"""What is fuzzed: each source in several declarations, with sound files to start from."""

from __future__ import annotations

import bz2
import gzip
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

COLUMNS = {
    "i": "int",
    "n": "bigint",
    "d": "decimal(9,2)",
    "f": "double",
    "b": "boolean",
    "day": "date",
    "at": "timestamp",
    "s": "string",
}
ROWS = [
    [1, -(1 << 60), "1.25", 0.5, True, "2024-02-29", "2024-02-29T12:30:00.123456Z", "plain"],
    [-2, 7, "-0.10", -1e300, False, "1969-12-31", "1969-12-31T23:59:59+02:00", "größe 日本 😀"],
    [None, 0, None, None, None, None, None, "with, comma; and \t tab"],
    [2147483647, 9, "1234567.89", 3.0, True, "9999-12-31", "0001-01-01T00:00:00Z", ""],
]


@dataclass(frozen=True)
class Target:
    """A source as a job states it, the contract's columns, and makers of sound files."""

    config: dict[str, Any]
    seeds: tuple[Callable[[], bytes], ...]
    columns: dict[str, str]
    cuts: bool = True  # whether items and blocks can be made small

    def seed(self, number: int) -> bytes:
        """One of the sound files."""
        return _made(self.seeds[number % len(self.seeds)])


@cache
def _made(make: Callable[[], bytes]) -> bytes:
    return make()


def _delimited(delimiter: str = ",", quote: str = '"', end: str = "\n", naive: bool = False) -> bytes:
    import csv

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quotechar=quote, lineterminator=end)
    writer.writerow(COLUMNS)
    for row in ROWS:
        writer.writerow(["" if cell is None else str(cell).lower() if isinstance(cell, bool) else cell for cell in row])
    text = out.getvalue()
    return (_NAIVE.sub(r"\1", text) if naive else text).encode()


_NAIVE = re.compile(r"(T[0-9:.]+)(?:Z|[+-][0-9]{2}:[0-9]{2})")


def _objects() -> list[dict[str, Any]]:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    return [{**row, "d": row["d"] and float(row["d"])} for row in rows]


NESTED = {"id": "int", "a": "array<int>", "m": "map<string,double>", "o": "struct<x:string,y:array<struct<z:date>>>"}


def _nested() -> list[dict[str, Any]]:
    return [
        {"id": 1, "a": [1, None, 3], "m": {"k": 1.5, "ü": None}, "o": {"x": 'q"\\\n', "y": [{"z": "2024-01-01"}, {}]}},
        {"id": 2, "a": [], "m": {}, "o": None},
        {"id": None},
    ]


def _json(rows: list[dict[str, Any]], layout: str) -> bytes:
    import json

    if layout == "lines":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if layout == "array":
        return json.dumps(rows, indent=1).encode()
    return "\n".join(json.dumps(row, indent=2) for row in rows).encode()


def _xml() -> bytes:
    from xml.sax.saxutils import escape

    def element(name: str, cell: Any) -> str:
        return f"<{name}>{escape(str(cell).lower() if isinstance(cell, bool) else str(cell))}</{name}>"

    rows = ["".join(element(name, cell) for name, cell in row.items() if cell is not None) for row in _objects()]
    text = "".join(f"<row>{row}</row>\n" for row in rows)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<rows>\n<!-- <row> -->{text}</rows>\n".encode()


def _table() -> Any:
    import datetime
    import decimal

    import pyarrow as pa

    from mesh_etl.kernels.schema import arrow_schema
    from tests.fuzz.reading import schema

    made = [
        [
            cell
            if cell is None
            else decimal.Decimal(cell)
            if kind.startswith("decimal")
            else datetime.date.fromisoformat(cell)
            if kind == "date"
            else datetime.datetime.fromisoformat(cell)
            if kind == "timestamp"
            else cell
            for cell, kind in zip(row, COLUMNS.values(), strict=True)
        ]
        for row in ROWS
    ]
    target = arrow_schema(schema(COLUMNS))
    return pa.table(
        [pa.array(list(cells), one.type) for cells, one in zip(zip(*made, strict=True), target, strict=True)],
        schema=target,
    )


def _parquet(**options: Any) -> bytes:
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(_table(), out, **options)
    return out.getvalue()


def _orc() -> bytes:
    import pyarrow.orc as orc

    out = io.BytesIO()
    orc.write_table(_table().slice(0, 3), out)  # ORC has no moments so long ago
    return out.getvalue()


def _avro(codec: str) -> bytes:
    import fastavro

    kinds = {
        "i": "int", "n": "long", "f": "double", "b": "boolean", "s": "string",
        "d": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
        "day": {"type": "int", "logicalType": "date"}, "at": {"type": "long", "logicalType": "timestamp-micros"},
    }  # fmt: skip
    fields = [{"name": name, "type": ["null", kinds[name]]} for name in COLUMNS]
    out = io.BytesIO()
    writer_schema = fastavro.parse_schema({"type": "record", "name": "r", "fields": fields})
    fastavro.writer(out, writer_schema, _table().to_pylist(), codec=codec, sync_marker=b"0123456789abcdef")
    return out.getvalue()


def _excel() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(COLUMNS))
    for row in _table().to_pylist():
        cells = list(row.values())
        cells[6] = None
        cells[1] = None if cells[1] is None else cells[1] % 1000
        sheet.append(
            [
                None if name == "day" and cell and cell.year < 1990 else cell
                for name, cell in zip(row, cells, strict=True)
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fixed() -> bytes:
    lines = [f"{number:>5}{'2024-01-0' + str(number)}{text:<8}" for number, text in ((1, "abc"), (2, "größe"), (3, ""))]
    return ("\n".join(lines) + "\n").encode()


FIXED = {
    "i": {"from": 1, "to": 5},
    "day": {"from": 6, "to": 15},
    "s": {"from": 16, "to": 23},
}
TARGETS: dict[str, Target] = {
    "csv": Target(
        {"type": "csv"}, (_delimited, lambda: _delimited(end="\r\n"), lambda: b"\xef\xbb\xbf" + _delimited()), COLUMNS
    ),
    "csv multiline": Target({"type": "csv", "multiline": True}, (_delimited,), COLUMNS),
    "csv dialect": Target(
        {
            "type": "csv",
            "delimiter": ";",
            "quote": "'",
            "nulls": ["", "NA"],
            "timezone": "Europe/Berlin",
            "drift": "ignore",
        },
        (lambda: _delimited(";", "'", naive=True),),
        COLUMNS,
    ),
    "csv compressed": Target(
        {"type": "csv"},
        (lambda: gzip.compress(_delimited(), mtime=0), lambda: bz2.compress(_delimited())),
        COLUMNS,
        cuts=False,
    ),
    "json lines": Target({"type": "json"}, (lambda: _json(_objects(), "lines"),), COLUMNS),
    "json nested": Target({"type": "json", "drift": "ignore"}, (lambda: _json(_nested(), "lines"),), NESTED),
    "json array": Target({"type": "json", "layout": "array"}, (lambda: _json(_nested(), "array"),), NESTED),
    "json documents": Target({"type": "json", "layout": "documents"}, (lambda: _json(_nested(), "documents"),), NESTED),
    "xml": Target({"type": "xml", "row_tag": "row"}, (_xml,), COLUMNS),
    "fixed_width": Target(
        {"type": "fixed_width", "columns": FIXED, "pad": " "}, (_fixed,), {"i": "int", "day": "date", "s": "string"}
    ),
    "parquet": Target(
        {"type": "parquet"},
        (_parquet, lambda: _parquet(compression="none", use_dictionary=False, write_page_checksum=True)),
        COLUMNS,
        cuts=False,
    ),
    "orc": Target({"type": "orc"}, (_orc,), COLUMNS, cuts=False),
    "avro": Target({"type": "avro"}, (lambda: _avro("null"), lambda: _avro("deflate")), COLUMNS, cuts=False),
    "excel": Target({"type": "excel", "timezone": "UTC"}, (_excel,), COLUMNS, cuts=False),
}
