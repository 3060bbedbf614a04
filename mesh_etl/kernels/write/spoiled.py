"""What rules say of records that a parser has rejected: one bad cell takes no verdict from the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.work import Reject, Violation
from mesh_etl.kernels.write.rules import RowRule


def judged(rejects: Sequence[Reject], spoiled: pa.RecordBatch, rules: Sequence[RowRule]) -> list[Reject]:
    """The rejects, each with the rejecting rules as well that its other cells break.

    Row `reject.row` of `spoiled` has the cells of a reject, NULL where they are bad. A rule that looks at a bad cell
    says nothing of the record.
    """
    bad = {reject.row: {why.column for why in reject.violations} - {""} for reject in rejects}
    found: dict[int, list[Violation]] = {}
    for rule in rules:
        mask = rule.broken(spoiled) if rule.rejects else None
        if mask is None:
            continue
        for row in np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)).tolist():
            if row in bad and not bad[row].intersection(spoiled.schema.names if rule.reads is None else rule.reads):
                found.setdefault(row, []).append(Violation(rule.id, rule.column))
    return [one._replace(violations=(*one.violations, *found.get(one.row, ()))) for one in rejects]
