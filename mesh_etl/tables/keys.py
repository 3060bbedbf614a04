"""The partition keys of a table as columns: their types."""

from __future__ import annotations

from mesh_etl.contract.types import DataType, Simple

_WIDER = {"tinyint": Simple("int"), "smallint": Simple("int")}


def key_type(transform: str, column: DataType) -> DataType:
    """The type of a key that `transform` makes of a column: periods are text, buckets int, the rest as the column."""
    kind = transform.partition("[")[0]
    if kind == "bucket":
        return Simple("int")
    if kind == "truncate":  # the multiple below the lowest tinyint is none
        return _WIDER.get(column.ddl(), column)
    return column if kind == "identity" else Simple("string")
