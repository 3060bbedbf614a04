"""The rows of a query as a table, as CSV or as JSON. Here, and nowhere else, are values printed."""

from __future__ import annotations

import base64
import csv
import datetime
import json
import math
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.screen import Page
from mesh_etl.cli.wording import count
from mesh_etl.visible import visible_json

if TYPE_CHECKING:
    from mesh_etl.query import Answer

LIMIT = 1_000  # rows that a table shows
_NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "NUMBER")


def as_table(answer: Answer) -> None:
    """The first thousand rows are a table on stdout."""
    shown = list(islice(answer.rows, LIMIT))
    more = next(answer.rows, None) is not None
    right = [name for name, kind in zip(answer.names, answer.types, strict=True) if _is_number(kind)]
    page = Page()
    page.table(answer.names, [[_cell(value) for value in row] for row in shown], right)
    if more:
        page.line(f"These are the first {count(LIMIT, 'row')}; --format csv writes all of them.", style="dim")


def as_csv(answer: Answer) -> None:
    """All rows are CSV on stdout; no value is an empty field."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.names)
    for row in answer.rows:
        writer.writerow("" if value is None else _text(value) for value in row)


def as_json(answer: Answer) -> None:
    """All rows are one JSON array of objects on stdout; fractions, dates and moments are text, so they stay exact.

    Nothing is written before the last row is there, so that a failure leaves no half document.
    """
    records = [dict(zip(answer.names, map(_plain, row), strict=True)) for row in answer.rows]
    lines = ",\n".join(f"  {json.dumps(record, ensure_ascii=False, allow_nan=False)}" for record in records)
    print(visible_json(f"[\n{lines}\n]") if lines else "[]")


WRITERS: dict[str, Callable[[Answer], None]] = {"table": as_table, "csv": as_csv, "json": as_json}


def _is_number(kind: str) -> bool:
    return kind.upper().startswith(_NUMBERS) or kind.upper() in ("BIGINT", "HUGEINT", "SMALLINT", "TINYINT", "UBIGINT")


def _cell(value: Any) -> str:
    """The value as text that cannot steer a terminal."""
    if value is None:
        return "NULL"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    text = f"{value:,}" if type(value) is int else _text(value)
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _text(value: Any) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """The value as JSON data."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return int(value) if value == value.to_integral() and value.as_tuple().exponent == 0 else f"{value:f}"
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case Mapping():
            return {str(_plain(name)): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    return str(value)
