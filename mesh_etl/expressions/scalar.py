"""Expressions over one row (`Expression`) and over the rows of a group (`Aggregation`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Self

from mesh_etl.expressions import functions, parse
from mesh_etl.expressions.checked import Checked

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


@dataclass(frozen=True)
class Expression(Checked):
    """A checked SQL expression over the columns of one row; a model field of this type reads it from a string."""

    kind: ClassVar[str] = "an SQL expression"
    columns: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The expression that `text` spells; raises `ValueError` with the reason when it is not allowed."""
        node = parse.tree(text)
        return cls(parse.check(node, functions.SCALAR), columns(node))


class Aggregation(Expression):
    """A checked SQL expression that combines the rows of a group, such as `sum(price)`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """As `Expression.parse`, with the aggregate functions; one of them must be there."""
        node = parse.tree(text)
        sql = parse.check(node, functions.SCALAR | functions.AGGREGATE, aggregate=True)
        if not combines(node):
            raise ValueError("combines no rows; use an aggregate function such as sum() or max()")
        return cls(sql, columns(node))


@lru_cache(1024)
def expression(text: str) -> Expression:
    """The checked expression that `text` spells.

    Raises `ValueError` with the reason when it is no SQL expression or is not allowed.
    """
    return Expression.parse(text)


@lru_cache(1024)
def aggregation(text: str) -> Aggregation:
    """The checked aggregate expression that `text` spells; raises `ValueError` as `expression` does."""
    return Aggregation.parse(text)


def columns(node: Expr) -> tuple[str, ...]:
    """The names of the columns that `node` reads, in order of appearance; of `a.b.c` it is `a`."""
    from sqlglot import exp

    found = (each.parts[0].name for each in node.find_all(exp.Column, bfs=False) if each.parts[0].name != "*")
    return tuple(dict.fromkeys(found))


def combines(node: Expr) -> bool:
    """Whether an aggregate function is part of `node`."""
    from sqlglot import exp

    return any(
        isinstance(each, exp.AggFunc) or (isinstance(each, exp.Anonymous) and each.name.upper() in functions.AGGREGATE)
        for each in node.walk()
    )
