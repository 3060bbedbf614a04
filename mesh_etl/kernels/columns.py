"""From cut fields and their verdicts to parsed records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.work import Parsed, Place, Reject, Violation


@dataclass(frozen=True)
class Cut:
    """Records cut into fields: a row of `table` is record `records[row]` of `read`; `rejected` ones have no row."""

    table: pa.Table
    records: np.ndarray
    rejected: dict[int, Violation]
    read: int

    def then(self, other: Cut) -> Cut:
        """This cut followed by `other`, with the records counted on."""
        return Cut(
            pa.concat_tables([self.table, other.table]),
            np.concatenate((self.records, other.records + self.read)),
            {**self.rejected, **{record + self.read: why for record, why in other.rejected.items()}},
            self.read + other.read,
        )


def assemble(
    typed: tuple[pa.RecordBatch, list[dict[int, str]]],
    cut: Cut,
    base: int,
    line: int,
    lines: int,
    places: Callable[[], Callable[[Sequence[int], int], list[Place]]],
) -> Parsed:
    """The records of one block: rows without a bad cell as the batch, the others rejected with every bad column.

    `base` and `line` say how many records and lines of the item came before; `places` is asked only where a record is
    rejected, or is located later.
    """
    batch, bad = typed
    broken: dict[int, list[Violation]] = {record: [why] for record, why in cut.rejected.items()}
    bad_rows: set[int] = set()
    for name, cells in zip(batch.schema.names, bad, strict=True):
        for row, code in cells.items():
            bad_rows.add(row)
            broken.setdefault(int(cut.records[row]), []).append(Violation(code, name))
    kept = cut.records
    if bad_rows:
        keep = np.ones(batch.num_rows, bool)
        keep[list(bad_rows)] = False
        batch, kept = batch.filter(pa.array(keep)), kept[keep]
    order = sorted(broken)
    found = places()(order, line + 1) if order else []
    rejects = [Reject(record + base, place, tuple(broken[record])) for record, place in zip(order, found, strict=True)]

    def locate(rows: Sequence[int]) -> list[Place]:
        return places()([int(kept[row]) for row in rows], line + 1)

    return Parsed(batch, kept + base, rejects, cut.read, lines, locate)
