"""Whether the rows of a file are in order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.stored.written import Opened
from mesh_etl.kernels.write.encode import EncodeJob


def in_order(work: tuple[EncodeJob, str, int]) -> dict[str, Any]:
    """Whether the rows of a file, of which the bytes are known, are in the order of `sort_by`; NULL comes last.

    Of rows along a curve (`cluster_by`) it is not known, and the answer is no.
    """
    style, path, size = work
    if style.cluster_by:
        return {"in_order": False}
    last: pa.Table | None = None
    for batch in Opened(style.storage.file(path, size)).batches(style.sort_by):
        table = pa.Table.from_batches([batch])
        table = table if last is None else pa.concat_tables([last, table])
        order = pc.sort_indices(table, [(name, "ascending") for name in style.sort_by]).to_numpy()
        if not np.array_equal(order, np.arange(len(order))):
            return {"in_order": False}
        last = table.slice(table.num_rows - 1)
    return {"in_order": True}
