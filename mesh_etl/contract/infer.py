"""A first contract and job for a file: what its first rows prove, with the evidence beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mesh_etl.contract.evidence import of_json, of_text
from mesh_etl.contract.sample import Sample, SampleColumn, read_sample
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import DataType, Decimal, Simple

ROWS = 10_000
_KEY = re.compile(r"(^|_)(id|key|uuid|guid)$|[a-z]key$")
_LOGICAL = {
    "bigint": "integer", "double": "number", "boolean": "boolean", "date": "date", "string": "string",
    "timestamp": "timestamp", "timestamp_ntz": "timestamp",
}  # fmt: skip


@dataclass(frozen=True)
class Drafted:
    """A column of the draft with what speaks for it."""

    name: str
    original: str
    type: DataType
    nulls: tuple[str, ...]
    rows: int
    missing: int
    distinct: int | None

    @property
    def could_be_key(self) -> bool:
        """Whether the values and the name are those of a key."""
        whole = self.rows > 1 and not self.missing and self.distinct == self.rows
        return whole and bool(_KEY.search(self.name))

    def evidence(self) -> str:
        """The counts that speak for the type and for `required`."""
        missing = f"{self.missing:,} missing" if self.missing else "none missing"
        distinct = "" if self.distinct is None else f", {self.distinct:,} different"
        return f"{self.rows:,} rows: {missing}{distinct}"


def draft(sample: Path, product: str, owner: str, rows: int = ROWS) -> str:
    """The text of a contract for the file, as tight as its first `rows` rows allow; it loads without faults.

    Raises `ConfigError` when the file cannot be sampled.
    """
    read = read_sample(sample, rows)
    domain, _, name = product.partition(".")
    skipped = f", {read.skipped:,} of them ragged and left out" if read.skipped else ""
    lines = [
        f"# Drafted from the first {read.rows + read.skipped:,} row(s) of {_comment(sample.name)}{skipped}.",
        "# Read every line: a sample shows what was, not what is promised.",
        "apiVersion: v3.2.0",
        "kind: DataContract",
        f"id: {_text(product)}",
        "version: 0.1.0",
        f"name: {_text(name)}",
        "status: draft",
        f"domain: {_text(domain)}",
        "team:",
        f"  name: {_text(owner)}",
        "schema:",
        f"  - name: {_text(name)}",
        "    physicalType: table",
        "    properties:",
    ]
    columns = _drafted(read)
    key = next((column for column in columns if column.could_be_key), None)
    for column in columns:
        lines += _property(column, column is key)
    return "\n".join(lines) + "\n"


def draft_job(sample: Path, product: str, path: str | None = None, rows: int = ROWS) -> str:
    """The text of the job that loads the file, or the files that `path` names, under the contract of `draft`.

    Raises `ConfigError` when the file cannot be sampled.
    """
    read = read_sample(sample, rows)
    columns = _drafted(read)
    lines = [f"product: {_text(product)}", "source:", f"  type: {read.format}"]
    lines.append(f"  path: {_text(path or sample.as_posix())}")
    if read.format == "csv":
        if read.delimiter != ",":
            lines.append(f"  delimiter: {json.dumps(read.delimiter)}")
        words = sorted({"", *columns[0].nulls})
        if words != [""]:
            lines.append(f"  nulls: {json.dumps(words)}")
        if any("\n" in cell for column in read.columns for cell in column.values):
            lines.append("  multiline: true")
    if any(column.name != column.original for column in columns):
        lines.append("  columns:")  # all of them: a source reads those that are listed
        lines += [f"    {column.name}: {_text(column.original)}" for column in columns]
    lines += ["target:", "  mode: replace"]
    return "\n".join(lines) + "\n"


def _drafted(read: Sample) -> list[Drafted]:
    names = _names([column.name for column in read.columns])
    found = [_type(column, read) for column in read.columns]
    # A source has one list of words for no value: what is missing in one column is missing in all.
    nulls = {word for _, words in found for word in words}
    zipped = zip(read.columns, names, found, strict=True)
    return [_column(column, name, kind, nulls, read) for column, name, (kind, _) in zipped]


def _type(column: SampleColumn, read: Sample) -> tuple[DataType, tuple[str, ...]]:
    if column.type is not None:
        return column.type, ()
    return of_text(column.values) if read.format == "csv" else (of_json(column.values), ())


def _column(column: SampleColumn, name: str, kind: DataType, nulls: set[str], read: Sample) -> Drafted:
    flat = isinstance(kind, Simple | Decimal)
    present = [one for one in column.values if one is not None and not (isinstance(one, str) and one in nulls)]
    distinct = len({json.dumps(one, default=str) for one in present}) if flat else None
    return Drafted(name, column.name, kind, tuple(sorted(nulls)), read.rows, read.rows - len(present), distinct)


def _property(column: Drafted, key: bool) -> Iterator[str]:
    yield f"      - name: {_text(column.name)}  # {column.evidence()}"
    kind = column.type
    name = kind.name if isinstance(kind, Simple) else "decimal" if isinstance(kind, Decimal) else ""
    if name in _LOGICAL:
        yield f"        logicalType: {_LOGICAL[name]}"
    else:
        yield f"        physicalType: {_text(spelled(kind))}"
    if name == "timestamp_ntz":
        yield "        logicalTypeOptions: {timezone: false}"
    if key:
        yield "        primaryKey: true"
    if not column.missing:
        yield "        required: true"


def _names(originals: list[str]) -> list[str]:
    taken: list[str] = []
    for number, original in enumerate(originals, start=1):
        name, copy = _snake(original) or f"column_{number}", 1
        while (name if copy == 1 else f"{name}_{copy}") in taken:
            copy += 1
        taken.append(name if copy == 1 else f"{name}_{copy}")
    return taken


def _snake(original: str) -> str:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", original)
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", words).lower()
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    if original.startswith("_") and name:
        name = "_" + name
    if name[:1].isdigit() or name.startswith("_mesh"):
        name = f"c_{name.lstrip('_')}"
    return name


def _text(value: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./-]*", value) and value.lower() not in ("true", "false", "null")
    return value if plain else json.dumps(value, ensure_ascii=False)


def _comment(value: str) -> str:
    return re.sub(r"[^\w .()-]", "?", value)
