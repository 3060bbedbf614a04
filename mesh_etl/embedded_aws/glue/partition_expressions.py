"""The conditions by which GetPartitions filters: comparisons of partition keys with literals, typed by the key.

Source: the documentation of `Expression` in Glue's GetPartitions. A comparison with NULL, which is a partition of
Hive's default name, is neither true nor false, as in SQL.
"""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from mesh_etl.embedded_aws.answers import invalid

NULL = "__HIVE_DEFAULT_PARTITION__"
Values = list[Any]
Truth = Callable[[Values], bool | None]

_WHOLE = ("int", "integer", "bigint", "long", "tinyint", "smallint")
_TEXT = ("string", "char", "varchar")
READ = {"this", "expression", "expressions", "low", "high"}  # of a node of sqlglot; what else it says counts


def condition(text: str, keys: list[tuple[str, str]]) -> Callable[[list[str]], bool]:
    """Whether the values of a partition meet the condition; `keys` are the names and types of the partition keys.

    Raises `Refusal` (InvalidInputException) for what Glue does not read: other keys, types, operators and literals.
    """
    from sqlglot import errors, parse_one

    try:
        tree = parse_one(text)
    except errors.SqlglotError as error:
        raise invalid("The expression is not a condition.") from error
    places = {name: (number, kind) for number, (name, kind) in enumerate(keys)}
    met = _truth(tree, places)
    kinds = [kind for _, kind in keys]

    def holds(values: list[str]) -> bool:
        typed = [None if value == NULL else _typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
        return met(typed) is True

    return holds


def _truth(node: Any, places: dict[str, tuple[int, str]]) -> Truth:
    from sqlglot import exp

    unread = {name for name, value in node.args.items() if value} - READ
    if unread and not (isinstance(node, exp.Like) and unread == {"negate"}):
        raise invalid("The expression has an operator that is not supported.")
    match node:
        case exp.Paren():
            return _truth(node.this, places)
        case exp.And():
            left, right = _truth(node.left, places), _truth(node.right, places)
            return lambda values: _both(left(values), right(values))
        case exp.Or():
            left, right = _truth(node.left, places), _truth(node.right, places)
            return lambda values: _not(_both(_not(left(values)), _not(right(values))))
        case exp.Not():
            inner = _truth(node.this, places)
            return lambda values: _not(inner(values))
        case exp.Is() if isinstance(node.expression, exp.Null):
            number, _ = _key(node.this, places)
            return lambda values: values[number] is None
        case exp.In() if node.expressions:
            number, kind = _key(node.this, places)
            wanted = {_literal(one, kind) for one in node.expressions}
            return lambda values: None if values[number] is None else values[number] in wanted
        case exp.Between():
            number, kind = _key(node.this, places)
            low, high = _literal(node.args["low"], kind), _literal(node.args["high"], kind)
            return lambda values: None if values[number] is None else low <= values[number] <= high
        case exp.Like():
            return _like(node, places)
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return _compared(node, places)
    raise invalid("The expression has an operator that is not supported.")


def _compared(node: Any, places: dict[str, tuple[int, str]]) -> Truth:
    from sqlglot import exp

    comparisons: dict[Any, Callable[[Any, Any], bool]] = {
        exp.EQ: operator.eq,
        exp.NEQ: operator.ne,
        exp.LT: operator.lt,
        exp.LTE: operator.le,
        exp.GT: operator.gt,
        exp.GTE: operator.ge,
    }
    left, right, holds = node.left, node.right, comparisons[type(node)]
    if not isinstance(left, exp.Column):  # the literal stands first
        turned = {
            operator.lt: operator.gt,
            operator.gt: operator.lt,
            operator.le: operator.ge,
            operator.ge: operator.le,
        }
        left, right, holds = right, left, turned.get(holds, holds)
    number, kind = _key(left, places)
    other = _literal(right, kind)
    return lambda values: None if values[number] is None else holds(values[number], other)


def _like(node: Any, places: dict[str, tuple[int, str]]) -> Truth:
    number, kind = _key(node.this, places)
    if _base(kind) not in _TEXT:
        raise invalid("LIKE is for keys of type string.")
    wildcards = {"%": ".*", "_": "."}
    text = _literal(node.expression, kind)
    pattern = re.compile("".join(wildcards.get(one, re.escape(one)) for one in text), re.DOTALL)
    wanted = not node.args.get("negate")  # NOT LIKE, which older versions of sqlglot have as Not(Like)
    return lambda values: None if values[number] is None else bool(pattern.fullmatch(values[number])) is wanted


def _key(node: Any, places: dict[str, tuple[int, str]]) -> tuple[int, str]:
    from sqlglot import exp

    if not isinstance(node, exp.Column) or node.name.lower() not in places:
        raise invalid("The expression names something that is not a partition key.")
    return places[node.name.lower()]


def _literal(node: Any, kind: str) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal):  # as in DATE '2024-01-01'
        node = node.this
    sign = "-" if isinstance(node, exp.Neg) else ""
    node = node.this if sign else node
    if not isinstance(node, exp.Literal):
        raise invalid("The expression compares a key with something that is not a literal.")
    return _typed(sign + node.this, kind)


def _typed(text: str, kind: str) -> Any:
    try:
        match _base(kind):
            case name if name in _TEXT:
                return text
            case name if name in _WHOLE:
                return int(text)
            case "decimal":
                return Decimal(text)
            case "date":
                return datetime.date.fromisoformat(text)
            case "timestamp":
                return datetime.datetime.fromisoformat(text)
    except (ValueError, InvalidOperation) as error:
        raise invalid(f"A value cannot be read as {kind}.") from error
    raise invalid(f"Partition keys of type {kind} cannot be compared.")


def _base(kind: str) -> str:
    return (kind or "string").partition("(")[0].strip().lower()


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth
