"""Columns that a table could be partitioned by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 200


def partition_keys(table: pa.Table, distinct: Mapping[str, int], listed: frozenset[str]) -> tuple[str, ...]:
    """Partition keys as a job states them, the most promising first: days cut by month or year, then closed lists."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = []
    for name in table.column_names:
        kind = table.schema.field(name).type
        if not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)) or distinct.get(name, 0) < 3:
            continue
        column = table[name]
        if column.null_count:
            continue
        years = pc.count_distinct(pc.year(column)).as_py()
        months = pc.count_distinct(pc.add(pc.multiply(pc.year(column), 12), pc.month(column))).as_py()
        if 2 <= months <= MOST:
            found.append(f"{'month' if months <= 36 else 'year'}({name})")
        elif 2 <= years <= MOST:
            found.append(f"year({name})")
    found += [name for name in table.column_names if name in listed]
    return tuple(found[:3])
