"""The findings as two files: a contract that holds on the sample, evidence beside it, and the job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mesh_etl.config.product_name import parts_of
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import DataType, Decimal, Simple
from mesh_etl.crawl.findings import Column, Findings
from mesh_etl.crawl.yaml_text import comment, flow, quoted, scalar

_LOGICAL = {
    "int": "integer", "bigint": "integer", "double": "number", "float": "number", "boolean": "boolean", "date": "date",
    "string": "string", "timestamp": "timestamp", "timestamp_ntz": "timestamp",
}  # fmt: skip
_IMPLIED = {"bigint", "double", "boolean", "date", "string", "timestamp", "timestamp_ntz"}


def contract_text(found: Findings, product: str, owner: str) -> str:
    """The text of a contract that loads without faults and that every sampled row keeps."""
    domain, name = parts_of(product)
    lines = [
        f"# Drafted by mesh-etl infer from {found.sampled()}.",
        "# Read every line: a sample shows what was, not what is promised.",
        *_warnings(found),
        "apiVersion: v3.2.0",
        "kind: DataContract",
        f"id: {scalar(product)}",
        "version: 0.1.0",
        f"name: {scalar(name)}",
        "status: draft",
        f"domain: {scalar(domain)}",
        "team:",
        f"  name: {scalar(owner)}",
        "schema:",
        f"  - name: {scalar(name)}",
        "    physicalType: table",
        "    properties:",
    ]
    keys = len(found.key)
    for column in found.columns:
        lines += [f"      {line}" for line in _property(column, keys)]
    return "\n".join(lines) + "\n"


def job_text(found: Findings, product: str, path: str | list[str]) -> str:
    """The text of the job that loads the files under the contract; `path` is as the project sees them."""
    lines = [f"product: {scalar(product)}", "source:", f"  type: {found.format}", f"  path: {flow(path)}"]
    for key, value in found.declared.items():
        if key == "columns" and len(value) > 4:
            lines.append("  columns:")  # all of them: a source reads those that are listed
            lines += [f"    {scalar(name)}: {flow(original)}" for name, original in value.items()]
        else:
            lines.append(f"  {key}: {flow(value)}")
    lines += ["target:", "  mode: replace"]
    if found.partitions:
        lines.append(f"  # partition_by: [{', '.join(found.partitions)}]  # a suggestion")
    return "\n".join(lines) + "\n"


def _warnings(found: Findings) -> Iterator[str]:
    if found.refused_rows:
        yield f"# {found.refused_rows:,} of {found.read:,} sampled rows do not fit it:"
        for one in found.refused[:8]:
            column = f" in {comment(one.column)}" if one.column else ""
            yield f"#   {one.code}{column}: {one.rows:,}, first {comment(one.first)}"
    for note in found.notes:
        yield f"# {comment(note)}"
    if not found.key and found.pairs:
        yield f"# Together unique in the sample: {'; '.join(' and '.join(pair) for pair in found.pairs[:3])}."


def _property(column: Column, keys: int) -> Iterator[str]:
    yield f"- name: {scalar(column.name)}  # {column.counts()}"
    for line in column.evidence:
        yield f"  # {comment(line)}"
    if column.lacking:
        shown = ", ".join(column.lacking[:3]) + (" and others" if len(column.lacking) > 3 else "")
        yield f"  # {len(column.lacking):,} of the files lack it: {comment(shown)}"
    yield from _type(column)
    yield from _options(column)
    if column.key:
        yield "  primaryKey: true"
        if keys > 1:
            yield f"  primaryKeyPosition: {column.key}"
    elif column.unique and column.rows > 9:
        yield "  # unique in the sample"
    if column.required:
        yield "  required: true"
    if column.classification:
        yield f"  classification: {scalar(column.classification)}  # confirm: {comment(column.classified_by)}"
    if column.accepted:
        yield f"  enum: [{', '.join('{value: ' + quoted(one) + '}' for one in column.accepted)}]"


def _type(column: Column) -> Iterator[str]:
    name = _name(column.type)
    if column.time:
        yield "  logicalType: time"
    elif name in _LOGICAL:
        yield f"  logicalType: {_LOGICAL[name]}"
        if name not in _IMPLIED:
            yield f"  physicalType: {name}"
    elif isinstance(column.type, Decimal):
        yield f"  logicalType: {'number' if column.type.scale else 'integer'}"
        yield f"  physicalType: {quoted(spelled(column.type))}"
    else:
        yield f"  physicalType: {scalar(spelled(column.type))}"


def _options(column: Column) -> Iterator[str]:
    stated: dict[str, Any] = {}
    if _name(column.type) == "timestamp_ntz":
        stated["timezone"] = False
    if column.pattern:
        stated["pattern"] = column.pattern
    if stated:
        yield f"  logicalTypeOptions: {_flow_quoted(stated)}"
    if column.range and not re.search(r"(^|_)(id|key)$", column.name) and column.rows > 1:
        low, high = column.range
        yield f"  # from {comment(low)} to {comment(high)} in the sample"


def _name(kind: DataType) -> str:
    return kind.name if isinstance(kind, Simple) else ""


def _flow_quoted(stated: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {quoted(v) if isinstance(v, str) else flow(v)}" for key, v in stated.items()) + "}"
