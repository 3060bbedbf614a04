"""A relation cut into parts by the values of one column: each row is in exactly one of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from itertools import pairwise

from mesh_etl.contract.types import Decimal as DecimalType
from mesh_etl.contract.types import Simple

_WHOLE = {"tinyint", "smallint", "int", "bigint"}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Scale:
    """A kind of value as whole numbers: how its text is read, and how a number is written as an SQL literal.

    Reading raises `ValueError` for a text that is no finite value of the kind.
    """

    number: Callable[[str], int]
    literal: Callable[[int], str]


def scale_of(kind: object, zoned: bool, digits: int = 0) -> Scale | None:
    """The scale of a column's values; None for kinds that have no distances, such as text.

    `zoned` says that a timestamp is a moment: its literal then states UTC. `digits` after the point are those of the
    bounds, for numbers that are not whole.
    """
    if kind == Simple("date"):
        return Scale(lambda text: datetime.date.fromisoformat(text).toordinal(), _date)
    if kind in ("local", Simple("timestamp"), Simple("timestamp_ntz")):
        return Scale(_microseconds, lambda number: _moment(number, zoned))
    if isinstance(kind, Simple) and kind.name in _WHOLE:
        return Scale(int, str)
    if kind == "number" or isinstance(kind, DecimalType):
        return Scale(lambda text: _scaled(text, digits), lambda number: _plain(number, digits))
    return None


def digits_of(*bounds: str) -> int:
    """The digits after the point in which the space between the bounds is cut: some more than these have."""
    return 3 + max(len(bound.partition(".")[2]) for bound in bounds)


def predicates(column: str, scale: Scale, lower: int, upper: int, parts: int) -> list[str]:
    """One SQL condition for each part, at most `parts`; every row meets exactly one, also outside of the bounds.

    The first takes NULL and everything below, the last everything above: the bounds steer sizes, never membership.
    """
    cuts = sorted({lower + (upper + 1 - lower) * index // parts for index in range(1, parts)} - {lower})
    if not cuts:
        return ["1 = 1"]
    edges = [scale.literal(cut) for cut in cuts]
    inner = [f"{column} >= {low} AND {column} < {high}" for low, high in pairwise(edges)]
    return [f"({column} < {edges[0]} OR {column} IS NULL)", *inner, f"{column} >= {edges[-1]}"]


def _date(number: int) -> str:
    return f"DATE '{datetime.date.fromordinal(number).isoformat()}'"


def _microseconds(text: str) -> int:
    moment = datetime.datetime.fromisoformat(text)
    return (moment.replace(tzinfo=moment.tzinfo or datetime.UTC) - _EPOCH) // _MICROSECOND


def _moment(number: int, zoned: bool) -> str:
    moment = _EPOCH + number * _MICROSECOND
    text = moment.replace(tzinfo=None).isoformat(" ", "microseconds")
    return f"TIMESTAMPTZ '{text}+00'" if zoned else f"TIMESTAMP '{text}'"


def _scaled(text: str, digits: int) -> int:
    with localcontext(prec=2000):
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError("no number") from None
        if not number.is_finite():
            raise ValueError("not finite")
        return int(number.scaleb(digits))


def _plain(number: int, digits: int) -> str:
    with localcontext(prec=2000):
        return format(Decimal(number).scaleb(-digits), "f")
