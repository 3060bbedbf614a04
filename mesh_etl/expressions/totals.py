"""Queries that are one plain aggregate over one table: those need no engine, only the columns that they name.

What is recognised is what every engine computes alike: COUNT, and SUM, MIN and MAX, of a column, over rows that a
comparison of columns with constants chooses. Whoever evaluates them may still decline one whose types leave room for
doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from mesh_etl.expressions import parse

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

    from mesh_etl.expressions.query import Select

Constant = Decimal | str
Function = Literal["count", "sum", "min", "max"]
Operator = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Compared:
    """The column compared with a constant; NULL gives NULL."""

    column: str
    operator: Operator
    value: Constant


@dataclass(frozen=True)
class IsNull:
    """Whether the column is NULL."""

    column: str


@dataclass(frozen=True)
class Combined:
    """The tests joined by SQL's three-valued AND or OR; `not` has one test."""

    by: Literal["and", "or", "not"]
    tests: tuple[Test, ...]


Test = Compared | IsNull | Combined


@dataclass(frozen=True)
class Total:
    """`function` of `column` ('' for the rows themselves) over the rows for which `where` is true."""

    function: Function
    column: str
    where: Test | None

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it reads."""
        return frozenset({self.column} - {""}) | _columns(self.where)


def total(query: Select) -> Total | None:
    """The query as a plain aggregate; None where it is anything else."""
    from sqlglot import exp

    node = parse.tree(query.sql, "query")
    said = {name for name, value in node.args.items() if value}
    if not isinstance(node, exp.Select) or not said <= {"expressions", "from_", "from", "where", "kind"}:
        return None
    [*others, last] = node.expressions
    tables = list(node.find_all(exp.Table))
    if others or len(tables) != 1 or node.find(exp.Subquery) or any(one.args.get("joins") for one in tables):
        return None
    try:
        where = node.args.get("where")
        return _total(last.unalias(), None if where is None else _test(where.this))
    except _OtherError:
        return None


class _OtherError(Exception):
    """It is nothing that is recognised here."""


def _total(node: Expr, where: Test | None) -> Total:
    from sqlglot import exp

    functions: dict[type, Function] = {exp.Count: "count", exp.Sum: "sum", exp.Min: "min", exp.Max: "max"}
    function = functions.get(type(node))
    if function is None or node.expressions:
        raise _OtherError
    if function == "count" and isinstance(node.this, exp.Star | exp.Literal):
        return Total("count", "", where)
    return Total(function, _column(node.this), where)


def _test(node: Expr) -> Test:
    from sqlglot import exp

    operators: dict[type, Operator] = {
        exp.EQ: "=",
        exp.NEQ: "<>",
        exp.LT: "<",
        exp.LTE: "<=",
        exp.GT: ">",
        exp.GTE: ">=",
    }
    match node:
        case exp.Paren():
            return _test(node.this)
        case exp.And() | exp.Or():
            return Combined("and" if isinstance(node, exp.And) else "or", (_test(node.left), _test(node.right)))
        case exp.Not():
            return Combined("not", (_test(node.this),))
        case exp.Is() if isinstance(node.expression, exp.Null):
            return IsNull(_column(node.this))
        case exp.Between():
            column = _column(node.this)
            low, high = _constant(node.args["low"]), _constant(node.args["high"])
            return Combined("and", (Compared(column, ">=", low), Compared(column, "<=", high)))
        case exp.In() if node.expressions and not node.args.get("query"):
            column = _column(node.this)
            return Combined("or", tuple(Compared(column, "=", _constant(one)) for one in node.expressions))
    if type(node) not in operators:
        raise _OtherError
    return Compared(_column(node.this), operators[type(node)], _constant(node.expression))


def _column(node: Expr) -> str:
    from sqlglot import exp

    if not isinstance(node, exp.Column) or node.table or not isinstance(node.this, exp.Identifier):
        raise _OtherError
    return node.name


def _constant(node: Expr) -> Constant:
    from sqlglot import exp

    sign = -1 if isinstance(node, exp.Neg) else 1
    literal = node.this if isinstance(node, exp.Neg) else node
    if not isinstance(literal, exp.Literal):
        raise _OtherError
    if literal.is_string:
        if sign < 0:
            raise _OtherError
        return str(literal.this)
    if not str(literal.this).replace(".", "", 1).isdigit():  # an exponent makes a floating number
        raise _OtherError
    return sign * Decimal(literal.this)


def _columns(test: Test | None) -> frozenset[str]:
    match test:
        case None:
            return frozenset()
        case Combined():
            return frozenset().union(*map(_columns, test.tests))
    return frozenset({test.column})
