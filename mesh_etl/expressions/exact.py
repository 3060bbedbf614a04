"""Makes integer arithmetic exact or an error: Sail 0.7 wraps `+`, `-`, `*` and `sum()` silently where Spark fails.

Each operation is computed in a type that holds its every result, and cast back to the type that Spark gives it; that
cast fails on a value out of range, on every engine. Decimals, floating numbers, dates and texts stay as they are. So
does an operation with an operand of unknown type; the only such operands are the variables of a lambda in a function
that `lambdas.py` does not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesh_etl.expressions.lambdas import outside

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_WIDTHS = ("tinyint", "smallint", "int", "bigint")
_ANY_BIGINT = "decimal(19,0)"  # engines add, multiply and sum it in at least 20, 38 and 29 digits


def operands(tree: Expr) -> Iterator[str]:
    """The parts of `tree` whose types `exact` has to know."""
    for operation in _operations(tree):
        for side in _sides(operation):
            leaf = _leaf(side)
            if leaf is not None:
                yield outside(leaf)


def exact(tree: Expr, types: Mapping[str, str]) -> Expr:
    """The expression whose integer arithmetic fails rather than wraps; `types` are those of its `operands`."""
    from sqlglot import exp

    root = exp.Paren(this=tree.copy())
    # All types are known before the first change, because an operand is looked up by its text.
    found = [(operation, *_wide(operation, types)) for operation in _operations(root)]
    for operation, inside, after in found:
        if inside:
            for side in _sides(operation):
                _cast(side, inside)
        if after:
            _cast(operation.parent if isinstance(operation.parent, exp.Filter) else operation, after)
    done: Expr = root.this
    return done


def _operations(tree: Expr) -> list[Expr]:
    from sqlglot import exp

    return list(tree.find_all(exp.Add, exp.Sub, exp.Mul, exp.IntDiv, exp.Sum))


def _sides(operation: Expr) -> list[Expr]:
    from sqlglot import exp

    if isinstance(operation, exp.Sum):
        return operation.this.expressions if isinstance(operation.this, exp.Distinct) else [operation.this]
    return [operation.this, operation.expression]


def _leaf(side: Expr) -> Expr | None:
    """What has to be asked for to know the type of `side`, if anything."""
    from sqlglot import exp

    while isinstance(side, exp.Paren | exp.Neg):
        side = side.this
    return None if isinstance(side, exp.Literal | exp.Add | exp.Sub | exp.Mul) else side


def _wide(operation: Expr, types: Mapping[str, str]) -> tuple[str, str]:
    """The type to compute in and the type of the result; empty where the engine's own will do."""
    from sqlglot import exp

    kinds = [_kind(side, types) for side in _sides(operation)]
    if not set(kinds) <= set(_WIDTHS):
        return "", ""
    if isinstance(operation, exp.IntDiv):
        return "bigint", ""  # -2147483648 div -1 is a bigint
    widest = max(kinds, key=_WIDTHS.index)
    if isinstance(operation, exp.Sum) or widest == "bigint":
        return _ANY_BIGINT, "bigint"
    return "bigint", widest


def _kind(node: Expr, types: Mapping[str, str]) -> str:
    from sqlglot import exp

    if isinstance(node, exp.Paren):
        return _kind(node.this, types)
    if isinstance(node, exp.Neg):
        return _literal(node.this, 1) if isinstance(node.this, exp.Literal) else _kind(node.this, types)
    if isinstance(node, exp.Literal):
        return _literal(node, 0)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        kinds = {_kind(node.this, types), _kind(node.expression, types)}
        known = kinds - {"void"}
        return max(known, key=_WIDTHS.index) if known and known <= set(_WIDTHS) else "other"
    return types.get(outside(node), "other")


def _literal(node: Expr, below: int) -> str:
    """The type of an integer as Spark reads it: the sign belongs to it, so that there is one more below zero."""
    if node.is_string or not node.name.isdigit():
        return "other"
    number = int(node.name) - below
    return "int" if number < 2**31 else "bigint" if number < 2**63 else "other"


def _cast(node: Expr, kind: str) -> None:
    """`node` is inside of a cast, where it stood."""
    from sqlglot import exp

    cast = exp.Cast(to=exp.DataType.build(kind, dialect="spark"))
    node.replace(cast)
    cast.set("this", node)
