"""The versions of a table that are current, as rows that say: this key does not come."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from mesh_etl.kernels.join.decide import SegmentWriter
from mesh_etl.kernels.join.stored import StoredFile, StoredTable
from mesh_etl.storage import Scratch


@dataclass(frozen=True)
class Current:
    """How current versions are found, and the schema and the moment of the rows that are made of them."""

    table: StoredTable
    schema: pa.Schema
    valid_from: str
    is_current: str
    moment: datetime.date
    scratch: Scratch


def current(job: Current, file: StoredFile) -> dict[str, Any]:
    """A row for each current version of the file, not current and since the moment, is in segments."""
    writer = SegmentWriter(job.scratch)
    names = [column.name for column in job.table.schema]
    with job.table.opened(file) as opened:
        for part, rows in enumerate(opened.parts()):
            if rows:
                table = opened.read(part, names)
                writer.add((), _absent(job, table.filter(table.column(job.is_current))))
    return writer.close()


def _absent(job: Current, table: pa.Table) -> pa.Table:
    fixed = {job.valid_from: job.moment, job.is_current: False}
    columns = []
    for field in job.schema:
        if field.name in fixed:
            columns.append(pa.repeat(pa.scalar(fixed[field.name], field.type), table.num_rows))
        elif field.name in table.schema.names:
            columns.append(table.column(field.name))
        else:
            columns.append(pa.nulls(table.num_rows, field.type))
    return pa.table(columns, schema=job.schema)
