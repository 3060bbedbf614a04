"""How many items a list has, how many fields of an object have a value, and how long a vector is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Size(ValueRule):
    """The list has between `fewest` and `most` items, or the object so many fields with a value; None is no bound.

    A table has every field of an object in every row: one without a value counts as absent.
    """

    fewest: int | None
    most: int | None

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        sizes = _fields(values) if pa.types.is_struct(values.type) else pc.list_value_length(values)
        outside = []
        if self.fewest is not None:
            outside.append(pc.less(sizes, self.fewest))
        if self.most is not None:
            outside.append(pc.greater(sizes, self.most))
        return outside[0] if len(outside) == 1 else pc.or_(*outside)

    def text(self) -> str:
        low = "" if self.fewest is None else f"{self.fewest} <= "
        high = "" if self.most is None else f" <= {self.most}"
        return f"{low}size of {self.column}{high}"


def _fields(values: pa.StructArray) -> pa.Array:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    sizes = np.zeros(len(values), np.int32)
    for field in values.type:
        sizes += pc.is_valid(pc.struct_field(values, field.name)).to_numpy(zero_copy_only=False)
    return pa.array(sizes, mask=values.is_null().to_numpy(zero_copy_only=False))


@dataclass(frozen=True)
class Dimensions(ValueRule):
    """The vector has exactly `count` numbers and none of them is NULL; one of bits is stored in bytes."""

    count: int

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if pa.types.is_binary(values.type):
            return pc.not_equal(pc.binary_length(values), -(-self.count // 8))
        wrong = pc.not_equal(pc.list_value_length(values), self.count)
        items = pc.list_flatten(values)
        if not items.null_count:
            return wrong
        holes = np.zeros(len(values), bool)
        holes[pc.list_parent_indices(values).filter(items.is_null()).to_numpy(zero_copy_only=False)] = True
        return pc.or_(wrong, pa.array(holes))

    def text(self) -> str:
        return f"{self.column} has {self.count} dimensions"


@dataclass(frozen=True)
class UnitLength(ValueRule):
    """The vector's Euclidean length is 1, with `tolerance` for the rounding of its numbers."""

    tolerance: float

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        items = pc.fill_null(pc.list_flatten(values).cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
        owners = pc.list_parent_indices(values).to_numpy(zero_copy_only=False)
        lengths = np.sqrt(np.bincount(owners, items * items, len(values)))
        near = np.abs(lengths - 1) <= self.tolerance  # asked this way round, "not a number" is not
        return pa.array(~near, mask=values.is_null().to_numpy(zero_copy_only=False))

    def text(self) -> str:
        return f"{self.column} has length 1"
