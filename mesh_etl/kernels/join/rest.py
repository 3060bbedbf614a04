"""The rows of a file that stay when others of it go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.join.decide import SegmentWriter
from mesh_etl.kernels.join.key_set import numbers
from mesh_etl.kernels.join.stored import StoredFile, StoredTable
from mesh_etl.storage import Scratch


@dataclass(frozen=True)
class Rest:
    """A file of `table`, and the file `removed` with the places of the rows that go, as sorted 64-bit numbers."""

    table: StoredTable
    file: StoredFile
    removed: str
    scratch: Scratch


def rest(job: Rest) -> dict[str, Any]:
    """The other rows are in segments of the file's partition, a part of it at a time."""
    removed = numbers(job.removed, job.scratch, np.int64)
    names = [column.name for column in job.table.schema]
    writer = SegmentWriter(job.scratch)
    with job.table.opened(job.file) as file:
        first = 0
        for part, rows in enumerate(file.parts()):
            here = removed[np.searchsorted(removed, first) : np.searchsorted(removed, first + rows)] - first
            if len(here) < rows:
                table = file.read(part, names)
                keep = np.ones(rows, bool)
                keep[here] = False
                writer.add(job.file.values, table.filter(pa.array(keep)) if len(here) else table)
            first += rows
    return writer.close()
