"""Which queries share one look at the staged table.

Plain aggregates do: one SELECT holds them side by side. `count(*)` with a condition counts a CASE there. All others
(groups, joins, subqueries, DISTINCT, which multiplies rows when it shares) are asked alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.dataset import STAGED, Query
from mesh_etl.expressions import Select, parse
from mesh_etl.expressions.scalar import combines

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

TOGETHER = 100  # aggregates of one SELECT: engines make code for each, and the code of one query has a limit


@dataclass(frozen=True)
class Scan:
    """One query over the staged table, with a column for each of these rules.

    `shuffles` says whether an engine may have to move rows between tasks for it.
    """

    query: Select
    rules: tuple[Query, ...]
    shuffles: bool


def scans(rules: Sequence[Query]) -> tuple[Scan, ...]:
    """The looks at the staged table that answer the rules, those that rules share first."""
    plain = [(rule, part) for rule in rules if (part := _aggregate(rule)) is not None]
    shared = [_together(plain[start : start + TOGETHER]) for start in range(0, len(plain), TOGETHER)]
    taken = {rule.id for rule, _ in plain}
    return (*shared, *(Scan(rule.query, (rule,), shuffles=True) for rule in rules if rule.id not in taken))


def _together(parts: Sequence[tuple[Query, Expr]]) -> Scan:
    from sqlglot import exp

    rules = tuple(rule for rule, _ in parts)
    if len(rules) == 1:
        return Scan(rules[0].query, rules, shuffles=False)
    node = exp.select(*(exp.alias_(part, f"value_{index}") for index, (_, part) in enumerate(parts))).from_(STAGED)
    return Scan(Select(parse.written(node), (STAGED,)), rules, shuffles=False)


def _aggregate(rule: Query) -> Expr | None:
    """The one aggregate that a query is, to stand beside others; None where it has to be asked alone."""
    from sqlglot import exp

    node = parse.tree(rule.query.sql, "query")
    if not isinstance(node, exp.Select) or len(node.expressions) != 1:
        return None
    stated = {name for name, value in node.args.items() if value}
    if stated - {"expressions", "from", "from_", "where"}:
        return None
    if len(list(node.find_all(exp.Table, exp.Query))) != 2 or node.find(exp.Window, exp.Distinct, exp.TableAlias):
        return None
    value = node.expressions[0].unalias()
    where = node.args.get("where")
    if where is not None:
        rows = isinstance(value, exp.Count) and isinstance(value.this, exp.Star | exp.Literal)
        return exp.Count(this=exp.Case().when(where.this.copy(), exp.Literal.number(1))) if rows else None
    return value.copy() if combines(value) else None
