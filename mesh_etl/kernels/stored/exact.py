"""Columns that a file stores with types of its own, as columns of the contract's types: exactly, with a verdict a row.

What a file's types can hold has been held against the contract before (`sources/drift.py`); here the values are.
Structs are matched by the names of their fields at every depth. Integers, floats (NaN, of which there is one, and the
infinities are values of the type and stay), booleans and binary are taken as they are; decimals, moments and text are
checked. Codes: VALUE_LOSS for what the contract's type cannot hold exactly, TYPE_OVERFLOW, DECIMAL_SCALE, TS_FORMAT for
a clock that its zone showed twice or never, TYPE_FORMAT for a key that is NULL, DUPLICATE_KEY, ENCODING, and those of
`values/characters.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar
from mesh_etl.kernels.comparisons import one_nan
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.values.characters import unfit_cells
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.values.typed import Typed, coded

# What is in a table was checked when it came in.
AS_STORED = TextRules(nfc=False, control=True)

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # the years 1 to 9999: Python, Spark and Athena know no others
_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_UTC = pa.timestamp("us", tz="UTC")


def exact(column: pa.Array, type_: DataType, rules: TextRules) -> Typed:
    """The column in the Arrow type of `type_`, NULL where a value is refused, with a code for each such row.

    Of `rules` those for characters and the zone of clocks count.
    """
    column = plain(column)
    if pa.types.is_null(column.type):
        return Typed(pa.nulls(len(column), arrow(type_)), {})
    match type_:
        case Array(item):
            return _list(column, item, rules)
        case Map(key, value):
            return _map(column, key, value, rules)
        case Struct():
            return _struct(column, type_, rules)
        case Decimal(precision, scale):
            return _decimal(column, precision, scale)
        case Varchar() | Simple("string"):
            return _text(column, rules)
        case Simple("date"):
            return _date(column)
        case Simple("timestamp"):
            return _instant(column, rules)
        case Simple("timestamp_ntz"):
            return _moment(column, pa.timestamp("us"))
        case Simple("float" | "double"):
            found = _cast(column, arrow(type_), lambda _: "TYPE_OVERFLOW")
            return Typed(one_nan(found.values), found.bad)
    return _cast(column, arrow(type_), lambda _: "TYPE_OVERFLOW")


def plain(column: pa.Array) -> pa.Array:
    """The values themselves, where the file stores them as a dictionary or under a type that is spelled by another."""
    if pa.types.is_dictionary(column.type):
        return plain(column.dictionary_decode())
    if isinstance(column.type, pa.UuidType):
        return _spelled_uuids(column.storage)
    return plain(column.storage) if isinstance(column.type, pa.BaseExtensionType) else column


def without(column: pa.Array, bad: Mapping[int, str]) -> pa.Array:
    """The column with NULL in the rows that are bad."""
    if not bad:
        return column
    keep = np.ones(len(column), bool)
    keep[list(bad)] = False
    return column.take(pa.array(np.arange(len(column)), mask=~keep))


def _list(column: pa.Array, item: DataType, rules: TextRules) -> Typed:
    inner = exact(pc.list_flatten(column), item, rules)
    bad = _above(column, inner.bad)
    values = pa.ListArray.from_arrays(
        _offsets(column), inner.values, type=pa.list_(arrow(item)), mask=pc.is_null(column)
    )
    return Typed(values, bad)


def _map(column: pa.Array, key: DataType, value: DataType, rules: TextRules) -> Typed:
    entries = pa.struct([pa.field("key", column.type.key_type, nullable=False), ("value", column.type.item_type)])
    pairs = pc.cast(column, pa.list_(entries))
    inside = pc.list_flatten(pairs)
    keys = exact(pc.struct_field(inside, [0]), key, rules)
    items = exact(pc.struct_field(inside, [1]), value, rules)
    bad = _above(pairs, {**items.bad, **_repeated(pairs, keys.values), **keys.bad})
    if bad:  # a map cannot be made with NULL for a key that was refused
        return Typed(_map(without(column, bad), key, value, rules).values, bad)
    values = pa.MapArray.from_arrays(
        _offsets(pairs), keys.values, items.values, type=pa.map_(arrow(key), arrow(value)), mask=pc.is_null(pairs)
    )
    return Typed(values, {})


def _struct(column: pa.Array, type_: Struct, rules: TextRules) -> Typed:
    stored = [one.name for one in column.type]
    arrays, bad = [], dict[int, str]()
    for field in type_.fields:
        if field.name in stored:
            inner = exact(pc.struct_field(column, [stored.index(field.name)]), field.type, rules)
            bad = {**inner.bad, **bad}
            arrays.append(inner.values)
        else:  # the policy allows that the file lacks it
            arrays.append(pa.nulls(len(column), arrow(field.type)))
    values = pa.StructArray.from_arrays(arrays, fields=list(arrow(type_)), mask=pc.is_null(column))
    return Typed(values, bad)


def _offsets(lists: pa.Array) -> pa.Int32Array:
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return pa.array(np.concatenate(([0], np.cumsum(lengths))), pa.int32())


def _above(lists: pa.Array, bad: Mapping[int, str]) -> dict[int, str]:
    """The verdicts on items as verdicts on the lists that hold them; the first item at fault speaks."""
    if not bad:
        return {}
    parents = pc.list_parent_indices(lists)
    return {parents[item].as_py(): bad[item] for item in sorted(bad, reverse=True)}


def _repeated(pairs: pa.Array, keys: pa.Array) -> dict[int, str]:
    """The entries whose map had their key before, or that have none."""
    if not len(keys):
        return {}
    if pa.types.is_nested(keys.type):
        keys = pa.array([repr(key) for key in keys.to_pylist()])
    codes = pc.fill_null(pc.dictionary_encode(keys).indices, -1).to_numpy(zero_copy_only=False)
    parents = pc.list_parent_indices(pairs).to_numpy()
    _, first = np.unique(np.stack((parents, codes)), axis=1, return_index=True)
    again = np.ones(len(codes), bool)
    again[first] = False
    bad = {int(entry): "DUPLICATE_KEY" for entry in np.flatnonzero(again)}
    return bad | {int(entry): "TYPE_FORMAT" for entry in np.flatnonzero(codes < 0)}


def _text(column: pa.Array, rules: TextRules) -> Typed:
    if pa.types.is_time(column.type):
        return _clock(column)
    text = column if column.type == pa.string() else pc.cast(column, pa.string())
    try:
        text.validate(full=True)
        bad = {}
    except pa.ArrowInvalid:
        bad = {row: "ENCODING" for row, cell in enumerate(pc.cast(text, pa.binary())) if not _is_utf8(cell.as_py())}
        text = pc.cast(without(pc.cast(text, pa.binary()), bad), pa.string())
    return Typed(text, bad | unfit_cells(text, rules))


def _is_utf8(cell: bytes | None) -> bool:
    try:
        (cell or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _clock(column: pa.Array) -> Typed:
    """A time of day as text, hh:mm:ss, with six digits after a point where it has such."""
    second = _SECOND[column.type.unit]
    ticks = _ticks(column)
    bad = coded("TYPE_OVERFLOW", (ticks < 0) | (ticks >= 86_400 * second))
    if column.type.unit == "ns":
        bad |= coded("VALUE_LOSS", ticks % 1_000 != 0)
    micros = pa.array(ticks * 1_000_000 // second, pa.int64(), mask=_nulls(column, bad)).cast(pa.time64("us"))
    return Typed(pc.replace_substring_regex(pc.cast(micros, pa.string()), r"\.0+$", ""), bad)


def _spelled_uuids(column: pa.Array) -> pa.StringArray:
    """The text of UUIDs that are stored as 16 bytes."""
    digits = (None if one is None else one.hex() for one in column.to_pylist())
    return pa.array(
        (one and f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in digits), pa.string()
    )


def _decimal(column: pa.Array, precision: int, scale: int) -> Typed:
    target = pa.decimal128(precision, scale)

    def code(cell: pa.Scalar) -> str:
        digits = str(cell.as_py()).partition(".")[2].rstrip("0")
        return "DECIMAL_SCALE" if len(digits) > scale else "TYPE_OVERFLOW"

    if column.type == target:  # a file may claim fewer digits than its values have
        if not _has_more(column, precision):
            return Typed(column, {})
        return _cast(pc.cast(column, pa.decimal256(76, scale)), target, code)
    if pa.types.is_integer(column.type):
        column = pc.cast(column, pa.decimal128(20, 0))
    return _cast(column, target, code)


def _has_more(column: pa.Array, precision: int) -> bool:
    """Whether a value has more digits than the precision."""
    ends = pc.min_max(column)
    return any(
        end.as_py() is not None and len(end.as_py().as_tuple().digits) > precision for end in (ends["min"], ends["max"])
    )


def _date(column: pa.Array) -> Typed:
    ticks = _ticks(column)
    days = ticks
    bad: dict[int, str] = {}
    if pa.types.is_date64(column.type):
        days = ticks // 86_400_000
        bad = coded("VALUE_LOSS", ticks % 86_400_000 != 0)
    bad = coded("TYPE_OVERFLOW", (days < _FIRST_DAY) | (days > _LAST_DAY)) | bad
    return Typed(pc.cast(without(column, bad), pa.date32()), bad)


def _moment(column: pa.Array, target: pa.DataType) -> Typed:
    """Clocks or instants in microseconds, if they are in the years 1 to 9999 and have no finer digits."""
    second, ticks = _SECOND[column.type.unit], _ticks(column)
    bad: dict[int, str] = {}
    if column.type.unit != "ns":  # 64 bits of nanoseconds end in 2262
        day = 86_400 * second
        bad = coded("TYPE_OVERFLOW", (ticks < _FIRST_DAY * day) | (ticks >= (_LAST_DAY + 1) * day))
    elif len(ticks):
        bad = coded("VALUE_LOSS", ticks % 1_000 != 0)
    return Typed(pc.cast(without(column, bad), target), bad)


def _instant(column: pa.Array, rules: TextRules) -> Typed:
    if column.type.tz is not None:
        return _moment(column, _UTC)
    clocks = _moment(column, pa.timestamp("us"))
    if rules.timezone is None:
        raise TypeError("clocks without a zone are no instants")

    def placed(cells: pa.Array) -> pa.Array:
        return pc.assume_timezone(cells, rules.timezone, ambiguous="raise", nonexistent="raise").cast(_UTC)

    found = _checked(clocks.values, placed, lambda _: "TS_FORMAT")
    moved = _moment(found.values, _UTC)  # the zone may have moved a clock out of the year 1 or 9999
    return Typed(moved.values, moved.bad | found.bad | clocks.bad)


def _ticks(column: pa.Array) -> np.ndarray:
    """The numbers behind dates, times and timestamps; 0 for NULL."""
    number = pa.int32() if column.type.bit_width == 32 else pa.int64()
    ticks: np.ndarray = pc.fill_null(column.view(number), 0).to_numpy().astype(np.int64, copy=False)
    return ticks


def _nulls(column: pa.Array, bad: Mapping[int, str]) -> np.ndarray:
    mask: np.ndarray = pc.is_null(column).to_numpy(zero_copy_only=False).copy()
    mask[list(bad)] = True
    return mask


def _cast(column: pa.Array, target: pa.DataType, code: Callable[[pa.Scalar], str]) -> Typed:
    if column.type == target:
        return Typed(column, {})
    return _checked(column, partial(pc.cast, target_type=target), code)


def _checked(column: pa.Array, change: Callable[[pa.Array], pa.Array], code: Callable[[pa.Scalar], str]) -> Typed:
    """What `change` makes of the column; the values that it refuses are found by halving."""
    try:
        return Typed(change(column), {})
    except pa.ArrowInvalid:
        bad = {row: code(column[row]) for row in _refused(column, change, 0)}
        return Typed(change(without(column, bad)), bad)


def _refused(column: pa.Array, change: Callable[[pa.Array], pa.Array], base: int) -> list[int]:
    try:
        change(column)
    except pa.ArrowInvalid:
        if len(column) == 1:
            return [base]
        middle = len(column) // 2
        return _refused(column[:middle], change, base) + _refused(column[middle:], change, base + middle)
    return []
