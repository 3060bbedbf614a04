"""`logicalType: time`: the text is a time of day, and lies between two others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import pyarrow as pa

_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_PARTS = (
    r"^(?P<h>\d\d):(?P<m>\d\d)(?::(?P<s>\d\d)(?:\.(?P<f>\d{1,6}))?)?(?:Z|(?P<sign>[+-])(?P<oh>\d\d):(?P<om>\d\d))?$"
)


@dataclass(frozen=True)
class Time(ValueRule):
    """The column holds times as hh:mm:ss with up to six digits after a point, with an offset exactly where `zoned`.

    No type of the table is a time of day, so it is stored as text; this keeps the text comparable and castable.
    """

    zoned: bool

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        regex = f"^{_CLOCK}{_OFFSET if self.zoned else ''}$"
        return pc.invert(pc.match_substring_regex(values, regex))

    def text(self) -> str:
        return f"{self.column} is a time of day" + (" with an offset" if self.zoned else "")


@dataclass(frozen=True)
class TimeRange(ValueRule):
    """The times lie between the ends, each a time as text and whether it is allowed itself, or None.

    Times with an offset are compared as the moments of one day that they are; text that is no time is left to `Time`.
    """

    lower: tuple[str, bool] | None
    upper: tuple[str, bool] | None
    zoned: bool

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        order = _microseconds if self.zoned else _digits
        outside = []
        times = order(values)
        if self.lower:
            outside.append((pc.less if self.lower[1] else pc.less_equal)(times, order(pa.array([self.lower[0]]))[0]))
        if self.upper:
            end = order(pa.array([self.upper[0]]))[0]
            outside.append((pc.greater if self.upper[1] else pc.greater_equal)(times, end))
        return outside[0] if len(outside) == 1 else pc.or_(*outside)

    def text(self) -> str:
        low = f"{self.column} {'>=' if self.lower[1] else '>'} {self.lower[0]}" if self.lower else ""
        high = f"{self.column} {'<=' if self.upper[1] else '<'} {self.upper[0]}" if self.upper else ""
        return " and ".join(part for part in (low, high) if part)


def _digits(texts: pa.Array) -> pa.Array:
    """Times without an offset as text that has their order: without the zeros at its end; NULL for what is no time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known = pc.match_substring_regex(texts, f"^{_CLOCK}$")
    found = pc.if_else(known, texts, pa.scalar(None, pa.string()))
    for zero in ("0", ".", "0"):  # 10:20:30.0 is 10:20:30
        found = pc.ascii_rtrim(found, zero)
    return found


def _microseconds(texts: pa.Array) -> pa.Array:
    """Microseconds since midnight UTC, below 0 where an offset leads to the day before; NULL for what is no time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.extract_regex(texts, _PARTS)

    def number(name: str, text: pa.Array | None = None) -> pa.Array:
        digits = pc.struct_field(found, name) if text is None else text
        return pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64())

    minutes = pc.add(pc.multiply(number("h"), 60), number("m"))
    offset = pc.add(pc.multiply(number("oh"), 60), number("om"))
    east = pc.not_equal(pc.struct_field(found, "sign"), "-")
    minutes = pc.if_else(east, pc.subtract(minutes, offset), pc.add(minutes, offset))
    fraction = number("f", pc.utf8_rpad(pc.struct_field(found, "f"), 6, "0"))
    seconds = pc.add(pc.multiply(minutes, 60), number("s"))
    return pc.add(pc.multiply(seconds, 1_000_000), fraction)
