"""Columns that neither source nor transforms bring, but the mode of the job."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.contract.types import DataType

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Supplied:
    """A column of every row: it has one value, or the values of another column where `column` names one."""

    name: str
    type: DataType
    value: bool | datetime.date | datetime.datetime | None = None
    column: str = ""


def with_supplied(batch: pa.RecordBatch, supplied: Sequence[Supplied]) -> pa.RecordBatch:
    """The batch with these columns behind its own."""
    import pyarrow as pa  # a mode states what it supplies, and is imported where a configuration is read

    from mesh_etl.kernels.schema import arrow

    for one in supplied:
        kind = arrow(one.type)
        cells = batch.column(one.column) if one.column else pa.repeat(pa.scalar(one.value, kind), batch.num_rows)
        batch = batch.append_column(one.name, cells.cast(kind))
    return batch
