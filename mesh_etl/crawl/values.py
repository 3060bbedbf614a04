"""What the values of a column suggest: a short list that they come from, the range that they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 20
FEWEST_ROWS = 100
SEEN = 5  # a list is closed when each of its values was met so often that one not met is unlikely
LONGEST = 40


def accepted(column: pa.Array, complete: bool) -> tuple[str, ...] | None:
    """The values that a text column has, where they are so few and so frequent that they look like a closed list."""
    import pyarrow.compute as pc

    found = pc.value_counts(column.drop_null())
    counts = found.field("counts")
    rows = pc.sum(counts).as_py() or 0
    if not 2 <= len(found) <= MOST or rows < FEWEST_ROWS or pc.min(counts).as_py() < SEEN * (1 if complete else 2):
        return None
    values = found.field("values").to_pylist()
    fit = all(0 < len(one) <= LONGEST and one.isprintable() and one == one.strip() for one in values)
    return tuple(sorted(values)) if fit else None


def range_of(column: pa.Array) -> tuple[str, str] | None:
    """The least and the greatest number or day of the column, as text; None for other types and without values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    ordered = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (ordered or pa.types.is_date(kind)) or column.null_count == len(column):
        return None
    ends = pc.min_max(column).as_py()
    return (str(ends["min"]), str(ends["max"])) if ends["min"] is not None else None
