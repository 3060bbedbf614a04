"""Typed values, and how a source that declares a spelling would write them: an independent writer for properties."""

from __future__ import annotations

import base64
import datetime
import decimal
import struct
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

UTC = datetime.UTC
INTEGERS = {"tinyint": 7, "smallint": 15, "int": 31, "bigint": 63}
DATES = {
    "yyyy-MM-dd": "{y:04}-{mo:02}-{d:02}",
    "dd.MM.yyyy": "{d:02}.{mo:02}.{y:04}",
    "M/d/yyyy": "{mo}/{d}/{y:04}",
    "yyyyMMdd": "{y:04}{mo:02}{d:02}",
}
CLOCKS = {
    "dd.MM.yyyy HH:mm:ss.SSSSSS": "{d:02}.{mo:02}.{y:04} {h:02}:{mi:02}:{s:02}.{us:06}",
    "yyyyMMddHHmmssSSSSSS": "{y:04}{mo:02}{d:02}{h:02}{mi:02}{s:02}{us:06}",
}
ISO = "{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{us:06}"


@dataclass(frozen=True)
class Spelling:
    """What a text source declares, and a few liberties that the declaration leaves to whoever writes."""

    true: str = "true"
    false: str = "false"
    decimal: str = "."
    grouping: str = ""
    plus: bool = False
    leading_zeros: bool = False
    exponent: bool = False
    date: str = ""
    clock: str = ""
    zone: str = ""
    binary: str = "base64"
    words: dict[str, str] = field(default_factory=dict)

    def config(self) -> dict[str, Any]:
        """The declaration as a source takes it."""
        numbers: dict[str, Any] = {"decimal": self.decimal, "grouping": self.grouping, "plus": self.plus}
        numbers |= {"leading_zeros": self.leading_zeros, "exponent": self.exponent}
        numbers |= {key: [word] for key, word in self.words.items()}
        found: dict[str, Any] = {"true_values": [self.true], "false_values": [self.false], "numbers": numbers}
        found |= {"date_formats": [self.date]} if self.date else {}
        found |= {"timestamp_formats": [self.clock]} if self.clock else {}
        found |= {"timezone": self.zone} if self.zone else {}
        return found | {"binary": self.binary}

    def text(self, value: Any, kind: str) -> str:
        """The value as the declaration spells it."""
        if isinstance(value, bool):
            return self.true if value else self.false
        if kind in INTEGERS or kind.startswith("decimal"):
            return self.number(decimal.Decimal(value))
        if kind in ("float", "double"):
            return self.float(value, kind)
        if kind == "date":
            return DATES[self.date or "yyyy-MM-dd"].format(**_parts(value))
        if kind.startswith("timestamp"):
            return self.moment(value, kind)
        if kind == "binary":
            return value.hex() if self.binary == "hex" else base64.b64encode(value).decode()
        return str(value)

    def number(self, value: decimal.Decimal) -> str:
        """An exact number: sign, groups of three, mark; or digits with an exponent."""
        sign = "-" if value < 0 else "+" if self.plus else ""
        if self.exponent and value and value == value.to_integral_value() and not self.grouping:
            digits = str(abs(int(value)))
            short = digits.rstrip("0")
            return f"{sign}{short}e{len(digits) - len(short)}"
        whole, _, rest = f"{value.copy_abs():f}".partition(".")
        if self.grouping:
            whole = f"{int(whole):,}".replace(",", self.grouping)
        elif self.leading_zeros:
            whole = f"00{whole}"
        return sign + whole + (self.decimal + rest if rest else "")

    def float(self, value: float, kind: str) -> str:
        """The shortest text that is this very float."""
        for word, meant in (("nan", value != value), ("infinity", value == float("inf"))):
            if meant:
                return self.words[word]
        if value == float("-inf"):
            return self.words["negative_infinity"]
        return repr(value).replace(".", self.decimal)

    def moment(self, value: datetime.datetime, kind: str) -> str:
        """The moment in the declared format and zone; where neither is declared, with the offset of UTC."""
        if kind == "timestamp" and self.zone:
            value = value.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        offset = "Z" if kind == "timestamp" and not self.zone else ""
        return CLOCKS.get(self.clock, ISO).format(**_parts(value)) + offset


def _parts(value: datetime.date) -> dict[str, int]:
    parts = {"y": value.year, "mo": value.month, "d": value.day}
    if isinstance(value, datetime.datetime):
        parts |= {"h": value.hour, "mi": value.minute, "s": value.second, "us": value.microsecond}
    return parts


@st.composite
def spellings(draw: Any) -> Spelling:
    """Any declaration; marks differ."""
    mark, grouping = draw(st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ","), (".", " "), (",", "'")]))
    word = draw(st.sampled_from([{}, {"nan": "n/a", "infinity": "oo", "negative_infinity": "-oo"}]))
    true, false = draw(st.sampled_from([("true", "false"), ("1", "0"), ("ja", "nein")]))
    zone = draw(st.sampled_from(["", "UTC", "Asia/Kolkata", "Europe/Berlin"]))
    return Spelling(
        true, false, mark, grouping, *(draw(st.booleans()) for _ in range(3)), date=draw(st.sampled_from(["", *DATES])),
        clock=draw(st.sampled_from(["", *CLOCKS])) if zone else "", zone=zone,
        binary=draw(st.sampled_from(["base64", "hex"])), words=word,
    )  # fmt: skip


KINDS = st.one_of(
    st.sampled_from([*INTEGERS, "float", "double", "boolean", "date", "timestamp", "timestamp_ntz"]),
    st.sampled_from(["string", "binary"]),
    st.tuples(st.integers(1, 38), st.integers(0, 38)).filter(lambda one: one[1] <= one[0]).map(
        lambda one: f"decimal({one[0]},{one[1]})"
    ),
)  # fmt: skip


def values(kind: str, texts: st.SearchStrategy[str], spelling: Spelling = Spelling()) -> st.SearchStrategy[Any]:
    """Any value of the type, without NULL."""
    if kind in INTEGERS:
        return st.integers(-(1 << INTEGERS[kind]), (1 << INTEGERS[kind]) - 1)
    if kind.startswith("decimal"):
        digits, scale = (int(one) for one in kind[8:-1].split(","))
        return st.integers(1 - 10**digits, 10**digits - 1).map(lambda n: decimal.Decimal(n).scaleb(-scale, _WIDE))
    if kind in ("float", "double"):
        special = bool(spelling.words)
        return st.floats(width=32 if kind == "float" else 64, allow_nan=special, allow_infinity=special)
    if kind == "date":
        return st.dates()
    if kind == "timestamp":
        moments = st.datetimes(datetime.datetime(2, 1, 1), datetime.datetime(9998, 12, 31)).map(
            lambda one: one.replace(tzinfo=UTC)
        )
        return moments.filter(lambda one: _is_clear(one, spelling.zone))
    if kind == "timestamp_ntz":
        return st.datetimes()
    return st.booleans() if kind == "boolean" else st.binary(max_size=9) if kind == "binary" else texts


_WIDE = decimal.Context(prec=80)


def _is_clear(moment: datetime.datetime, zone: str) -> bool:
    """Whether a clock of the zone shows this moment's time once only."""
    local = moment.astimezone(ZoneInfo(zone or "UTC"))
    return local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to the bit: -0.0 is not 0.0, NaN is NaN, 1 is not True."""
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("d", one) == struct.pack("d", other) or (one != one and other != other)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)
