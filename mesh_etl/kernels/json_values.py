"""JSON values as values of contract types, exactly or not at all."""

from __future__ import annotations

import base64
import binascii
import datetime
import math
import re
from decimal import Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

from mesh_etl.contract.types import Array, DataType, Map, Simple, Struct, Varchar
from mesh_etl.contract.types import Decimal as DecimalType
from mesh_etl.kernels.typing import TextRules

_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_FLOAT_OVERFLOW = 2.0**128 - 2.0**103  # from here on a number rounds to infinity in 32 bits
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


class Misfit(Exception):
    """The value is none of the type; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def value(cell: Any, type_: DataType, rules: TextRules) -> Any:
    """The Python value that Arrow takes for `cell` as `type_`; None stays None.

    Raises `Misfit`.
    """
    if cell is None:
        return None
    match type_:
        case Varchar() | Simple("string"):
            return _text(cell)
        case DecimalType(precision, scale):
            return _decimal(cell, precision, scale)
        case Array(item):
            return [value(one, item, rules) for one in _expect(cell, list)]
        case Map(key, inner):
            return [(value(k, key, rules), value(v, inner, rules)) for k, v in _expect(cell, dict).items()]
        case Struct(fields):
            content = dict(_expect(cell, dict))
            found = {field.name: value(content.pop(field.name, None), field.type, rules) for field in fields}
            if content:
                raise Misfit("UNKNOWN_FIELD")
            return found
        case Simple(name):
            return _simple(cell, name, rules)
    raise Misfit("TYPE_FORMAT")


def _simple(cell: Any, name: str, rules: TextRules) -> Any:
    if name in _BITS:
        return _whole(cell, _BITS[name])
    if name in ("float", "double"):
        return _float(cell, name)
    if name == "boolean":
        return _expect(cell, bool)
    if name == "date":
        return _date(cell)
    if name == "binary":
        try:
            return base64.b64decode(_text(cell).encode(), validate=True)
        except binascii.Error:
            raise Misfit("TYPE_FORMAT") from None
    return _moment(cell, name, rules)


def _expect(cell: Any, kind: type) -> Any:
    if not isinstance(cell, kind):
        raise Misfit("TYPE_FORMAT")
    return cell


def _text(cell: Any) -> str:
    text: str = _expect(cell, str)
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Misfit("ENCODING")
    return text


def _whole(cell: Any, bits: int) -> int:
    if isinstance(cell, bool) or not isinstance(cell, int):
        raise Misfit("TYPE_FORMAT")
    if not -(1 << (bits - 1)) <= cell < 1 << (bits - 1):
        raise Misfit("TYPE_OVERFLOW")
    return cell


def _float(cell: Any, name: str) -> float:
    if isinstance(cell, bool) or not isinstance(cell, (int, Decimal)):
        raise Misfit("TYPE_FORMAT")
    try:
        number = float(cell)
    except OverflowError:
        raise Misfit("TYPE_OVERFLOW") from None
    if math.isinf(number) or (name == "float" and abs(number) >= _FLOAT_OVERFLOW):
        raise Misfit("TYPE_OVERFLOW")
    return number


def _decimal(cell: Any, precision: int, scale: int) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, (int, Decimal)):
        raise Misfit("TYPE_FORMAT")
    number = Decimal(cell)
    if number.adjusted() >= precision - scale and number != 0:
        raise Misfit("TYPE_OVERFLOW")
    with localcontext(prec=80):
        scaled = number.quantize(Decimal(1).scaleb(-scale))
        if scaled != number:
            raise Misfit("DECIMAL_SCALE")
    return scaled


def _date(cell: Any) -> datetime.date:
    text = _text(cell)
    if not _DATE.fullmatch(text):
        raise Misfit("DATE_FORMAT")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Misfit("DATE_FORMAT") from None


def _moment(cell: Any, name: str, rules: TextRules) -> datetime.datetime:
    text = _text(cell)
    match = _MOMENT.fullmatch(text)
    if not match:
        raise Misfit("TS_FORMAT")
    naive = name == "timestamp_ntz" or rules.timezone is not None
    if naive and match[2]:
        raise Misfit("TS_FORMAT")
    if not naive and not match[2]:
        raise Misfit("TS_NO_OFFSET")
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Misfit("TS_FORMAT") from None
    if name == "timestamp_ntz":
        return moment
    if rules.timezone:
        moment = _in_zone(moment, ZoneInfo(rules.timezone))
    try:
        return moment.astimezone(datetime.UTC)
    except OverflowError:  # before the year 1 or after 9999
        raise Misfit("TS_FORMAT") from None


def _in_zone(moment: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The moment that a clock in `zone` showed; one that it showed twice or never is none."""
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise Misfit("TS_FORMAT")
    return first
