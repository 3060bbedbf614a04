"""Makes integer arithmetic exact or an error, and gives CASE and IF the type of what they hold.

Sail 0.7 wraps `+`, `-`, `*` and `sum()` silently where Spark fails. Each operation is computed in a type that holds
its every result, and cast back to the type that Spark gives it; that cast fails on a value out of range, on every
engine. Decimals, floating numbers, dates and texts stay as they are. So does an operation with an operand of unknown
type; the only such operands are the variables of a lambda in a function that `lambdas.py` does not know. Comparing a
result with a constant, Sail leaves the cast back out and compares the exact result instead: no error arises there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesh_etl.expressions import parse
from mesh_etl.expressions.branches import branches
from mesh_etl.expressions.fields import guarded
from mesh_etl.expressions.lambdas import outside

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_WIDTHS = ("tinyint", "smallint", "int", "bigint")
_NUMBER = re.compile(r"tinyint|smallint|int|bigint|float|double|decimal\(\d+,\d+\)")
_ANY_BIGINT = "decimal(19,0)"  # engines add, multiply and sum it in at least 20, 38 and 29 digits


def operands(tree: Expr) -> Iterator[str]:
    """The parts of `tree` whose types `exact` has to know."""
    for operation in _operations(tree):
        if branches(operation):
            yield outside(operation)
        for side in _sides(operation):
            leaf = _leaf(side)
            if leaf is not None:
                yield outside(leaf)


def exact(tree: Expr, types: Mapping[str, str]) -> Expr:
    """The expression whose integer arithmetic fails rather than wraps; `types` are those of its `operands`.

    What is rewritten reads the fields of structs as `guarded` does.
    """
    from sqlglot import exp

    root = exp.Paren(this=tree.copy())
    # Inner ones first, and all before the first change, because an operand is looked up by its text.
    found = _operations(root)[::-1]
    kinds: dict[int, str] = {}
    casts = []
    for operation in found:
        inside, after, kinds[id(operation)] = _plan(
            operation, [_kind(side, kinds, types) for side in _sides(operation)]
        )
        if branches(operation):
            kind = types.get(outside(operation), "")
            after = kind if _NUMBER.fullmatch(kind) else ""
        casts.append((operation, inside, after))
    for operation, inside, after in casts:
        if inside:
            for side in _sides(operation):
                _cast(side, inside)
        if after:
            _cast(operation.parent if isinstance(operation.parent, exp.Filter) else operation, after)
    done: Expr = root.this
    return done


def _operations(tree: Expr) -> list[Expr]:
    from sqlglot import exp

    return list(tree.find_all(exp.Add, exp.Sub, exp.Mul, exp.IntDiv, exp.Sum, exp.Case, exp.If))


def _sides(operation: Expr) -> list[Expr]:
    from sqlglot import exp

    if isinstance(operation, exp.Sum):
        return operation.this.expressions if isinstance(operation.this, exp.Distinct) else [operation.this]
    return [] if isinstance(operation, exp.Case | exp.If) else [operation.this, operation.expression]


def _leaf(side: Expr) -> Expr | None:
    """What has to be asked for to know the type of `side`, if anything."""
    from sqlglot import exp

    while isinstance(side, exp.Paren | exp.Neg):
        side = side.this
    return None if isinstance(side, exp.Literal | exp.Add | exp.Sub | exp.Mul) else side


def _plan(operation: Expr, kinds: list[str]) -> tuple[str, str, str]:
    """The type to compute in, the one to cast the result to (both empty if left alone) and the result's, if known."""
    from sqlglot import exp

    known = [kind for kind in kinds if kind != "void"]
    if not known or not set(known) <= set(_WIDTHS):
        return "", "", ""
    widest = "bigint" if isinstance(operation, exp.IntDiv | exp.Sum) else max(known, key=_WIDTHS.index)
    if len(known) < len(kinds):
        return "", "", widest  # NULL
    if isinstance(operation, exp.IntDiv):
        return "bigint", "", widest  # -2147483648 div -1 is a bigint
    return _ANY_BIGINT if widest == "bigint" else "bigint", widest, widest


def _kind(node: Expr, kinds: Mapping[int, str], types: Mapping[str, str]) -> str:
    """The type of an operand; `kinds` are those of the operations inside of it."""
    from sqlglot import exp

    while isinstance(node, exp.Paren | exp.Neg):
        if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
            return _literal(node.this, 1)
        node = node.this
    if isinstance(node, exp.Literal):
        return _literal(node, 0)
    return kinds[id(node)] if isinstance(node, exp.Add | exp.Sub | exp.Mul) else types.get(outside(node), "")


def _literal(node: Expr, below: int) -> str:
    """The type of an integer as Spark reads it: the sign belongs to it, so that there is one more below zero."""
    if node.is_string or not node.name.isdigit():
        return ""
    number = int(node.name) - below
    return "int" if number < 2**31 else "bigint" if number < 2**63 else ""


def _cast(node: Expr, kind: str) -> None:
    """`node` is inside of a cast, where it stood; as text, so that long sums do not become deep trees."""
    from sqlglot import exp

    text = parse.written(guarded(node))
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        # Sail plans a cast right above an operation three times as long for each one inside; this changes no value.
        text = f"-(-({text}))"
    node.replace(exp.var(f"CAST({text} AS {kind.upper()})"))
