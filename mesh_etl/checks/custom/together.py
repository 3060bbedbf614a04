"""`together`: some columns have values in the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from mesh_etl.checks.custom.base import RowCheck, check

if TYPE_CHECKING:
    import pyarrow as pa


@check
class Together(RowCheck):
    """All of the columns have a value in a row, or none of them has.

    implementation: {check: together, of: [discount, discount_reason]}
    """

    type: Literal["together"] = "together"
    of: Annotated[tuple[str, ...], Field(min_length=2)] = Field(description="The columns.")

    def columns(self) -> tuple[str, ...]:
        return self.of

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        first, *others = (pc.is_valid(batch.column(name)) for name in self.of)
        different = [pc.xor(first, other) for other in others]
        found = different[0]
        for one in different[1:]:
            found = pc.or_(found, one)
        return found
