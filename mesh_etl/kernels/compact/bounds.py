"""The statistics of several column chunks as those of one; none where it is not sure what they would be."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

from mesh_etl.kernels.compact.footer import statistics

_PACKED = {"BOOLEAN": "<?", "INT32": "<i", "INT64": "<q", "FLOAT": "<f", "DOUBLE": "<d"}
_TEXT = {"STRING", "JSON", "NONE"}


def merged(column: Any, found: Sequence[Any]) -> bytes:
    """The statistics of all of them for a footer, or nothing if that of a chunk is not known.

    `column` and `found` are what pyarrow tells of the column and of each of its chunks.
    """
    if any(one is None or not one.has_null_count for one in found):
        return b""
    nulls = sum(one.null_count for one in found)
    filled = [one for one in found if one.num_values]
    key = _order(column)
    if key is None or not filled or not all(one.has_min_max for one in filled):
        return statistics(nulls, None)
    least, greatest = min((one.min_raw for one in filled), key=key), max((one.max_raw for one in filled), key=key)
    if isinstance(least, float) and (math.isnan(least) or math.isnan(greatest)):
        return statistics(nulls, None)
    return statistics(nulls, (_stored(column, least), _stored(column, greatest)))


def _order(column: Any) -> Callable[[Any], Any] | None:
    """By what the values of a column are ordered, as far as they are here: numbers with a sign, texts, bytes."""
    physical, logical = column.physical_type, column.logical_type.type
    if physical == "FIXED_LEN_BYTE_ARRAY" and logical == "DECIMAL":
        return lambda value: int.from_bytes(value, "big", signed=True)
    if physical == "BYTE_ARRAY" and logical in _TEXT:
        return _bytes
    if physical in _PACKED and not str(column.converted_type).startswith("UINT"):
        return lambda value: value
    return None


def _stored(column: Any, value: Any) -> bytes:
    packed = _PACKED.get(column.physical_type)
    return struct.pack(packed, value) if packed else _bytes(value)


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def mean_length(found: Any) -> int:
    """About how long the values of a chunk of text are, in bytes; 0 if that is not known."""
    if found is None or not found.has_min_max:
        return 0
    return (len(_bytes(found.min_raw)) + len(_bytes(found.max_raw))) // 2
