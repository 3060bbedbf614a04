"""`minLength`, `maxLength` and `varchar(n)`: the text is neither too short nor too long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Length(ValueRule):
    """The column has between `shortest` and `longest` characters (code points) or bytes; None is no bound."""

    shortest: int | None
    longest: int | None

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        length = pc.binary_length(values) if pa.types.is_binary(values.type) else pc.utf8_length(values)
        outside = []
        if self.shortest is not None:
            outside.append(pc.less(length, self.shortest))
        if self.longest is not None:
            outside.append(pc.greater(length, self.longest))
        return outside[0] if len(outside) == 1 else pc.or_(*outside)

    def text(self) -> str:
        low = "" if self.shortest is None else f"{self.shortest} <= "
        high = "" if self.longest is None else f" <= {self.longest}"
        return f"{low}length of {self.column}{high}"
