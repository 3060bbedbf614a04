"""Row filters as contracts and Lake Formation write them, read into conditions: nothing else can be spelled by them.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html: columns against constants, by
=, <>, !=, <, <=, >, >=, BETWEEN, IN, LIKE, IS [NOT] NULL, joined by AND, OR and NOT; no functions, no other column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from mesh_etl.errors import did_you_mean
from mesh_etl.kernels.conditions import Compare, Condition, Either, Every, IsNull, Like, Not, Sign, Value

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

LONGEST = 2048  # of a filter; where two hold together, of each
_DEEPEST = 60
_SIGNS: dict[str, Sign] = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_TURNED: dict[Sign, Sign] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ALL = ("", "true")
_NUMBER = re.compile(r"\d{1,38}(\.\d{1,18})?")
_PARTS = {"this", "expression", "expressions", "low", "high"}


def row_filter(text: str, columns: Iterable[str]) -> Condition:
    """The condition that `text` spells over these columns; of no text it is true of every row.

    The names of columns are read without regard to case, and come back as `columns` has them. Raises `ValueError` with
    the reason, which quotes no constant.
    """
    return _read(text.strip(), tuple(columns))


@lru_cache(1024)
def _read(text: str, columns: tuple[str, ...]) -> Condition:
    import sqlglot
    from sqlglot.errors import SqlglotError

    if text.lower() in _ALL:
        return Every(())
    if len(text) > 2 * LONGEST:
        raise ValueError("is longer than a filter can be")
    if text.count("(") > _DEEPEST:
        raise ValueError("has too many brackets")
    known = {name.lower(): name for name in columns}
    try:
        trees = sqlglot.parse(text, dialect="athena")
        if len(trees) != 1 or trees[0] is None:
            raise ValueError("is not one condition")
        return _condition(trees[0], known)
    except SqlglotError:
        raise ValueError("is not a condition on columns") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _condition(node: Expr, known: dict[str, str]) -> Condition:
    from sqlglot import exp

    _require_understood(node)
    match node:
        case exp.Paren():
            return _condition(node.this, known)
        case exp.And():
            return Every(tuple(_condition(one, known) for one in _parts(node, exp.And)))
        case exp.Or():
            return Either(tuple(_condition(one, known) for one in _parts(node, exp.Or)))
        case exp.Not():
            return Not(_condition(node.this, known))
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return _comparison(node, _SIGNS[type(node).__name__], known)
        case exp.Between():
            name = _column(node.this, known)
            low, high = _constant(node.args["low"]), _constant(node.args["high"])
            return Every((Compare(name, ">=", low), Compare(name, "<=", high)))
        case exp.In() if node.expressions:
            name = _column(node.this, known)
            return Either(tuple(Compare(name, "=", _constant(one)) for one in node.expressions))
        case exp.Like():
            pattern = _constant(node.expression)
            if not isinstance(pattern, str) or "\\" in pattern:
                raise ValueError("LIKE takes a text without backslashes")
            like = Like(_column(node.this, known), pattern)
            return Not(like) if node.args.get("negate") else like
        case exp.Is() if isinstance(node.expression, exp.Null):
            return IsNull(_column(node.this, known))
    raise ValueError(f"{_spoken(node)} is not allowed; compare columns with constants")


def _require_understood(node: Expr) -> None:
    """The node has no part that is not read below: a parser's next version may hang a NOT on any of them."""
    from sqlglot import exp

    known = _PARTS | {"negate"} if isinstance(node, exp.Like) else _PARTS
    for name, part in node.args.items():
        if part and name not in known:
            raise ValueError(f"{name.upper()} is not allowed; compare columns with constants")


def _parts(node: Expr, kind: type[Expr]) -> Iterable[Expr]:
    """The parts of a chain of AND or of OR, which the parser nests to the left."""
    parts = []
    while isinstance(node, kind):
        _require_understood(node)
        parts.append(node.expression)
        node = node.this
    return (node, *reversed(parts))


def _comparison(node: Expr, sign: Sign, known: dict[str, str]) -> Condition:
    from sqlglot import exp

    if isinstance(node.this, exp.Column):
        return Compare(_column(node.this, known), sign, _constant(node.expression))
    return Compare(_column(node.expression, known), _TURNED[sign], _constant(node.this))


def _column(node: Expr, known: dict[str, str]) -> str:
    from sqlglot import exp

    if not isinstance(node, exp.Column) or len(node.parts) != 1 or not isinstance(node.this, exp.Identifier):
        raise ValueError(f"{_spoken(node)} is not allowed; compare columns with constants")
    name = node.name.lower()
    if name not in known:
        fix = did_you_mean(name, known)
        raise ValueError(f"there is no column '{name}'" + (f": {fix}" if fix else ""))
    return known[name]


def _constant(node: Expr) -> Value:
    """Text, a number, true, false; DATE '…' and TIMESTAMP '…' are their text."""
    from sqlglot import exp

    match node:
        case exp.Paren():
            return _constant(node.this)
        case exp.Literal() if node.is_string:
            return node.name
        case exp.Literal() if _NUMBER.fullmatch(node.name):
            return Decimal(node.name)
        case exp.Boolean():
            return bool(node.this)
        case exp.Neg() if isinstance(number := _constant(node.this), Decimal):
            return -number
        case exp.Cast() if node.to.this.name in ("DATE", "TIMESTAMP") and isinstance(node.this, exp.Literal):
            return node.this.name
    raise ValueError(f"{_spoken(node)} is not allowed; compare columns with constants")


def _spoken(node: Expr) -> str:
    return node.key.upper() if node.key not in ("anonymous",) else "a function"
