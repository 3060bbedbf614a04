"""Types that hold every value of another type."""

from __future__ import annotations

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar

_WHOLE = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
_WIDER = {
    "tinyint": {"smallint", "int", "bigint", "float", "double"},
    "smallint": {"int", "bigint", "float", "double"},
    "int": {"bigint", "double"},
    "float": {"double"},
}


def widens(old: DataType, new: DataType) -> bool:
    """Whether every value of `old` is exactly a value of `new`, which is another type."""
    match old, new:
        case Simple(a), Simple(b):
            return b in _WIDER.get(a, ())
        case Simple(a), Decimal(precision, scale):
            return a in _WHOLE and precision - scale >= _WHOLE[a]
        case Decimal(p, s), Decimal(precision, scale):
            return (p, s) != (precision, scale) and scale >= s and precision - scale >= p - s
        case Varchar(a), Varchar(b):
            return b > a
        case Varchar(), Simple("string"):
            return True
        case Array(a), Array(b):
            return widens(a, b)
        case Map(key, value), Map(wider_key, wider_value):
            return old != new and fits(key, wider_key) and fits(value, wider_value)
        case Struct(fields), Struct(wider):
            same = [one.name for one in fields] == [one.name for one in wider]
            return old != new and same and all(fits(a.type, b.type) for a, b in zip(fields, wider, strict=True))
    return False


def fits(found: DataType, wanted: DataType) -> bool:
    """Whether every value of the type found is one of the wanted type; lengths are left to the rules."""
    if isinstance(wanted, Varchar):
        wanted = Simple("string")
    return found == wanted or widens(found, wanted)
