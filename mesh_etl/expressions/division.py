"""Divides decimals, and takes their average, as Spark does: to as many places as it has, the last of them rounded.

Sail 0.7 gives it four places more than the dividend has and cuts the rest off: of 2.00 / 3 it makes 0.666666 where
Spark has 0.666667. The dividend is widened until it divides one place further, and the result is cast to Spark's type.
Source: Spark's `DecimalPrecision` (division), `DecimalType.adjustPrecisionScale` and `Average`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.expressions import parse
from mesh_etl.expressions.lambdas import outside

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

Digits = tuple[int, int]  # of a decimal: all of them, and those behind the point

_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_WHOLE = {"tinyint": (3, 0), "smallint": (5, 0), "int": (10, 0), "bigint": (20, 0)}
_MOST, _FEWEST_PLACES = 38, 6
_FURTHER = 4  # places that Sail adds to those of the dividend
_PROBE = "cast(1 as decimal(2, 1)) / cast(3 as decimal(1, 0))"
_AS_SPARK = "decimal(7,6)"


def divided(trees: Iterable[Expr], kinds: Callable[[list[str]], Mapping[str, str]]) -> list[Expr]:
    """The expressions of which every engine makes the same quotients; `kinds` asks the engine for types of parts."""
    from sqlglot import exp

    divisions = (exp.Div, exp.Avg)
    roots = [exp.Paren(this=tree.copy()) for tree in trees]
    seen: dict[int, Expr] = {}  # by identity; kept, so that no other node takes its number
    while found := [node for root in roots for node in root.find_all(*divisions) if _is_next(node, seen)]:
        seen |= {id(node): node for node in found}
        parts = {part for node in found for side in _sides(node) if (part := _asked(side))}
        types = kinds([_PROBE, *sorted(parts)]) if parts else {}
        if types.get(_PROBE) == _AS_SPARK:
            break
        for node in found:
            if text := _average(node, types) if isinstance(node, exp.Avg) else _written(node, types):
                made = parse.tree(text)
                _whole(node).replace(made)
                seen |= {id(one): one for one in made.find_all(*divisions)}
    return [root.this for root in roots]


def quotient(dividend: Digits, divisor: Digits) -> Digits:
    """The digits of a quotient in Spark."""
    (whole, places), (whole_of, places_of) = dividend, divisor
    scale = max(_FEWEST_PLACES, places + whole_of + 1)
    precision = whole - places + places_of + scale
    if precision <= _MOST:
        return precision, scale
    return _MOST, max(_MOST - (precision - scale), min(scale, _FEWEST_PLACES))


def _is_next(node: Expr, seen: Mapping[int, Expr]) -> bool:
    """Whether the division is to be looked at, and all inside of it have been."""
    from sqlglot import exp

    inside = (one for one in node.find_all(exp.Div, exp.Avg) if one is not node)
    return id(node) not in seen and all(id(one) in seen for one in inside)


def _sides(node: Expr) -> tuple[Expr, ...]:
    from sqlglot import exp

    if isinstance(node, exp.Avg):
        return (node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this,)
    return node.this, node.expression


def _whole(node: Expr) -> Expr:
    """The node with the condition on the rows that it is of, where it has one."""
    from sqlglot import exp

    return node.parent if isinstance(node.parent, exp.Filter) else node


def _average(node: Expr, types: Mapping[str, str]) -> str:
    """The average as Spark makes it; empty where it is none of decimals."""
    (side,) = _sides(node)
    known = _DECIMAL.fullmatch(types.get(_asked(side), ""))
    if not known:
        return ""
    digits, places = (min(_MOST, int(one) + _FURTHER) for one in known.groups())
    values, whole = parse.written(node.this), _whole(node)
    only = "" if whole is node else f" FILTER (WHERE {parse.written(whole.expression.this)})"
    total = f"CAST(SUM({values}){only} AS DECIMAL({_MOST}, {min(_MOST, int(known[2]) + 1)}))"
    return f"CAST({total} / NULLIF(COUNT({values}){only}, 0) AS DECIMAL({digits}, {places}))"


def _written(node: Expr, types: Mapping[str, str]) -> str:
    """The division as Spark makes it; empty where it is none of decimals: whole numbers are divided as doubles."""
    dividend, divisor = (_digits(side, types) for side in _sides(node))
    if dividend is None or divisor is None:
        return ""
    if not any(_DECIMAL.fullmatch(types.get(_asked(side), "")) for side in _sides(node)):
        return ""
    digits, places = quotient(dividend, divisor)
    wide = max(dividend[1], places + 1 - _FURTHER)
    upper, lower = map(parse.written, _sides(node))
    return f"CAST(CAST({upper} AS DECIMAL({_MOST}, {wide})) / {lower} AS DECIMAL({digits}, {places}))"


def _digits(side: Expr, types: Mapping[str, str]) -> Digits | None:
    from sqlglot import exp

    bare = _bare(side)
    if isinstance(bare, exp.Literal) and bare.name.isdigit():
        return len(bare.name), 0
    kind = types.get(_asked(side), "")
    if known := _DECIMAL.fullmatch(kind):
        return int(known[1]), int(known[2])
    return _WHOLE.get(kind)


def _asked(side: Expr) -> str:
    """The part whose type the engine is asked for; of a whole number it is known."""
    from sqlglot import exp

    bare = _bare(side)
    return "" if isinstance(bare, exp.Literal) and bare.name.isdigit() else outside(side)


def _bare(side: Expr) -> Expr:
    from sqlglot import exp

    while isinstance(side, exp.Paren | exp.Neg):
        side = side.this
    return side
