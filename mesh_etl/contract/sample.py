"""The first rows of a file, column by column, for drafting a contract from them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.contract.types import DataType

FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".ndjson": "json", ".jsonl": "json",
           ".parquet": "parquet"}  # fmt: skip
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class SampleColumn:
    """A column as the file names it, its sampled values, and its type where the file itself states one."""

    name: str
    values: list[Any] = field(repr=False)
    type: DataType | None = None


@dataclass(frozen=True)
class Sample:
    """The sampled rows; `skipped` counts those whose number of fields is not that of the header."""

    path: Path
    format: str
    columns: tuple[SampleColumn, ...]
    rows: int
    delimiter: str = ","
    skipped: int = 0


def read_sample(path: Path, rows: int) -> Sample:
    """The first `rows` rows of the file, whose format its suffix tells.

    Raises `ConfigError` when the file is missing, of no known format, unreadable or empty.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        fix = f"known: {', '.join(FORMATS)}"
        raise ConfigError(Fault("SAMPLE_FORMAT", f"the suffix '{path.suffix}' tells no format", path.name, fix))
    if not path.is_file():
        raise ConfigError(Fault("SAMPLE_MISSING", "there is no such file", path.name, "check the path"))
    try:
        sample = {"csv": _csv, "json": _json, "parquet": _parquet}[kind](path, rows)
    except UnicodeDecodeError:
        raise ConfigError(Fault("SAMPLE_ENCODING", "the file is not UTF-8", path.name, "convert it first")) from None
    except OSError as error:
        reason = error.strerror or "it is damaged"
        raise ConfigError(Fault("SAMPLE_UNREADABLE", f"the file cannot be read: {reason}", path.name)) from error
    if not sample.columns or not sample.rows:
        fix = "a contract is drafted from a header and at least one row"
        raise ConfigError(Fault("SAMPLE_EMPTY", "the file has no rows", path.name, fix))
    return sample


def _csv(path: Path, rows: int) -> Sample:
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = _delimiter(file.readline())
        file.seek(0)
        lines = csv.reader(file, delimiter=delimiter)
        try:
            header = next(lines, [])
            found = list(islice(lines, rows))
        except csv.Error as error:
            where = f"{path.name}:{lines.line_num}"
            raise ConfigError(Fault("SAMPLE_UNREADABLE", f"the line is no CSV: {error}", where)) from None
    whole = [row for row in found if len(row) == len(header)]
    columns = tuple(SampleColumn(name, [row[index] for row in whole]) for index, name in enumerate(header))
    return Sample(path, "csv", columns, len(whole), delimiter, len(found) - len(whole))


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _json(path: Path, rows: int) -> Sample:
    found: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(islice(file, rows), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                fault = Fault("SAMPLE_UNREADABLE", "the line is no JSON", f"{path.name}:{number}:{error.colno}")
                raise ConfigError(fault) from None
            if not isinstance(row, dict):
                fix = "write one JSON object per line"
                raise ConfigError(Fault("SAMPLE_UNREADABLE", "the line is no object", f"{path.name}:{number}", fix))
            found.append(row)
            names.update(dict.fromkeys(row))
    columns = tuple(SampleColumn(name, [row.get(name) for row in found]) for name in names)
    return Sample(path, "json", columns, len(found))


def _parquet(path: Path, rows: int) -> Sample:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from mesh_etl.contract.arrow_types import from_arrow

    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            batch = next(file.iter_batches(batch_size=rows), None)
    except pa.ArrowInvalid:
        raise ConfigError(Fault("SAMPLE_UNREADABLE", "the file is no Parquet", path.name)) from None
    columns: list[SampleColumn] = []
    for index, one in enumerate(schema):
        try:
            kind = from_arrow(one.type)
        except ValueError as error:
            raise ConfigError(Fault("SAMPLE_TYPE", f"column '{one.name}': {error}", path.name)) from None
        columns.append(SampleColumn(one.name, batch.column(index).to_pylist() if batch else [], kind))
    return Sample(path, "parquet", tuple(columns), batch.num_rows if batch else 0)
