"""From the values of records and their verdicts to parsed records, for formats whose records are trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.text.columns import numbered
from mesh_etl.kernels.text.records import Records
from mesh_etl.kernels.values.typed import Typed
from mesh_etl.kernels.work import Parsed, Place, Reject, Violation


@dataclass(frozen=True)
class Run:
    """A run of records: where they are, and how many records and lines came before it and are in it.

    `read` is the number of records by another way of counting than `found`.
    """

    found: Records
    read: int
    lines: int
    records_before: int
    lines_before: int


def parsed(
    schema: Schema,
    run: Run,
    rows: Sequence[int],
    columns: Sequence[Typed],
    broken: Mapping[int, str],
    unknown: Sequence[int] = (),
    ignored: int = 0,
) -> Parsed:
    """The run's records, typed or rejected.

    Row i of `columns` is record `rows[i]`; `broken` are the records without a row, with their codes; the rows `unknown`
    have fields that the schema does not know. What has a row and is rejected is in `spoiled`.
    """
    target = arrow_schema(schema)
    batch = pa.RecordBatch.from_arrays([one.values for one in columns], schema=target)
    verdicts: dict[int, list[Violation]] = {record: [Violation(code, "")] for record, code in broken.items()}
    for column, found in zip(schema, columns, strict=True):
        for row, code in found.bad.items():
            verdicts.setdefault(rows[row], []).append(Violation(code, column.name))
    for row in unknown:
        verdicts.setdefault(rows[row], []).append(Violation("UNKNOWN_FIELD", ""))
    kept = np.asarray(rows, np.int64)
    spoiled = None
    cells: dict[int, int] = {}
    if len(verdicts) > len(broken):
        keep = ~np.isin(kept, list(verdicts))
        spoiled, cells = batch.filter(pa.array(~keep)), numbered(kept[~keep])
        batch, kept = batch.filter(pa.array(keep)), kept[keep]
    order = sorted(verdicts)
    places = run.found.places(order, run.lines_before + 1)
    rejects = [
        Reject(record + run.records_before, place, tuple(verdicts[record]), cells.get(record, -1))
        for record, place in zip(order, places, strict=True)
    ]

    def locate(wanted: Sequence[int]) -> list[Place]:
        return run.found.places([int(kept[row]) for row in wanted], run.lines_before + 1)

    return Parsed(
        batch, kept + run.records_before, rejects, run.read, run.lines, locate, ignored=ignored, spoiled=spoiled
    )
