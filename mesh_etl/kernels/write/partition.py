"""Partition keys of rows: the columns themselves, or what a transform makes of one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.write.buckets import bucket
from mesh_etl.kernels.write.truncate import truncated

NULL_VALUE = "__HIVE_DEFAULT_PARTITION__"
LONGEST = 255  # bytes of a folder's name on the common file systems
_UNITS = {"year": "Y", "month": "M", "day": "D", "hour": "h"}
# What Hive and Spark percent-encode in a partition path (ExternalCatalogUtils.escapePathName).
_ESCAPED = set("\"#%'*/:=?\\{[]^\x7f") | {chr(code) for code in range(0x20)}

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class PartitionKey:
    """A partition column called `name`, made from `column` by `transform`, as Iceberg calls it: `bucket[16]`."""

    name: str
    column: str
    transform: str = "identity"

    @property
    def derived(self) -> bool:
        """Whether the key is no column of the table, so that files keep the column that it is made of."""
        return self.transform != "identity"


def path(keys: tuple[PartitionKey, ...], values: Values) -> str:
    """The Hive path of a partition, such as `country=DE/ship_month=1995-03`; '' for an unpartitioned table."""
    return "/".join(f"{key.name}={_escape(value)}" for key, value in zip(keys, values, strict=True))


def groups(table: pa.Table, keys: tuple[PartitionKey, ...]) -> list[tuple[Values, np.ndarray]]:
    """For each partition in the table, its values as text and the rows that belong to it, in their order."""
    if not keys:
        return [((), np.arange(table.num_rows))]
    code = np.zeros(table.num_rows, np.int64)
    coded = []
    for key in keys:
        values, codes = _coded(table.column(key.column).combine_chunks(), key)
        code = code * len(values) + codes
        coded.append((values, codes))
    order = np.argsort(code, kind="stable")
    runs = np.split(order, np.flatnonzero(np.diff(code[order])) + 1) if len(order) else []
    return [(tuple(values[codes[rows[0]]] for values, codes in coded), rows) for rows in runs]


def _coded(column: pa.Array, key: PartitionKey) -> tuple[list[str | None], np.ndarray]:
    """The values that may occur as text, the last one NULL, and for each row the index of its value."""
    kind, _, width = key.transform.rstrip("]").partition("[")
    if kind not in _UNITS:
        made = {"bucket": bucket, "truncate": truncated}
        encoded = (made[kind](column, int(width)) if key.derived else column).dictionary_encode()
        values = [_checked(text, key) for text in _texts(encoded.dictionary)]
        codes = pc.fill_null(encoded.indices, len(values)).to_numpy(zero_copy_only=False)
        return [*values, None], codes.astype(np.int64)
    valid = pc.is_valid(column).to_numpy(zero_copy_only=False)
    unit = "us" if pa.types.is_timestamp(column.type) else "D"
    width = "int64" if unit == "us" else "int32"
    numbers = pc.fill_null(column.view(width), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    floored = numbers.view(f"datetime64[{unit}]").astype(f"datetime64[{_UNITS[kind]}]").astype(np.int64)
    low, high = (floored[valid].min(), floored[valid].max()) if valid.any() else (0, -1)
    dense = high - low <= len(column)  # else one date far off would name every period in between
    known = np.arange(low, high + 1) if dense else np.unique(floored[valid])
    codes = floored - low if dense else np.searchsorted(known, floored)
    periods = known.astype(f"datetime64[{_UNITS[kind]}]")
    return [*(str(period).replace("T", "-") for period in periods), None], np.where(valid, codes, len(periods))


def _texts(values: pa.Array) -> list[str]:
    if pa.types.is_decimal(values.type):
        return [format(value, "f") for value in values.to_pylist()]
    return pc.cast(values, pa.string()).to_pylist()  # type: ignore[no-any-return]


def _checked(text: str, key: PartitionKey) -> str:
    """The value, which a folder and a catalogue can both be called by."""
    where = f"column {key.column}"
    if not unicodedata.is_normalized("NFC", text):
        problem = "a partition value is not in Unicode's form NFC: two values would look the same"
        fix = "normalise it before, or partition by another column"
        raise RunError(Fault("PARTITION_FORM", problem, where, fix))
    if not text or text == NULL_VALUE:
        problem = "a partition value is empty, which no catalogue can tell from NULL"
        fix = "add a rule (minLength: 1) or partition by another column"
        raise RunError(Fault("PARTITION_EMPTY", problem, where, fix))
    if len(f"{key.name}={_escape(text)}".encode()) > LONGEST:
        problem = f"a partition value makes a folder's name of more than {LONGEST} bytes"
        raise RunError(Fault("PARTITION_LONG", problem, where, f"partition by truncate(16, {key.column})"))
    return text


def _escape(value: str | None) -> str:
    if value is None:
        return NULL_VALUE
    return "".join(f"%{ord(sign):02X}" if sign in _ESCAPED else sign for sign in value)
