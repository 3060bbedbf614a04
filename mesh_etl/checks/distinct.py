"""`uniqueItems`: no item of a list occurs twice in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True)
class DistinctItems(ValueRule):
    """The items of each list differ; two NULL items are the same, as two nulls are in JSON Schema."""

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        codes = _codes(pc.list_flatten(values))
        owners = pc.list_parent_indices(values).to_numpy(zero_copy_only=False).astype(np.int64)
        kinds = codes.max(initial=0) + 1
        marks = np.sort(owners * kinds + codes)
        again = marks[1:][marks[1:] == marks[:-1]]
        if not len(again):
            return None
        hit = np.zeros(len(values), bool)
        hit[again // kinds] = True
        return pa.array(hit)

    def text(self) -> str:
        return f"the items of {self.column} differ"


def _codes(values: pa.Array) -> np.ndarray:
    """A number for each value, the same for equal ones."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_struct(values.type):
        missing = values.is_null().to_numpy(zero_copy_only=False)
        total: np.ndarray = missing.astype(np.int64)
        for field in values.type:
            inner = _codes(pc.struct_field(values, field.name))
            _, total = np.unique(total * (inner.max(initial=0) + 1) + inner, return_inverse=True)
        return total
    if pa.types.is_floating(values.type):
        values = pc.add(values, pa.scalar(0.0, values.type))  # -0.0 equals 0.0
    indices = pc.dictionary_encode(values, null_encoding="encode").indices
    codes: np.ndarray = indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes
