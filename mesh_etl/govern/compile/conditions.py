"""Conditions on rows, as the data cells filters of a product have them.

They are read as filters are, and written anew: what reaches a filter is never text that somebody typed.
Source: https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mesh_etl.govern.row_filter import LONGEST, row_filter
from mesh_etl.kernels.conditions import Compare, Condition, Either, Every, IsNull, Like, Not

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlglot.expressions import Expr

    from mesh_etl.govern.products import Governed

DIALECT = "athena"  # quotes are doubled in strings, as PartiQL has it
# By Glue's types, those that a row filter may compare, and with what. Lake Formation documents no others.
COMPARED = {
    **dict.fromkeys(("string", "char", "varchar"), "text"),
    **dict.fromkeys(("int", "bigint", "float", "double", "decimal"), "a number"),
    "boolean": "true or false",
}


def condition(text: str, product: Governed, *, in_view: bool = False) -> str:
    """The condition on rows of the product in its one spelling: of a data cells filter, or of a masked view.

    Raises `ValueError` with the reason where a filter cannot have it: it names columns, and never repeats a value.
    """
    if text.strip().lower() in ("", "true"):
        raise ValueError("holds for every row: leave it out")
    types: dict[str, str] = {}
    for _, kind, behind in product.columns():
        types.setdefault(behind, kind)
    keys = {key.column for key in product.partition_by if key.transform == "identity"}
    for part in _parts(row_filter(text, types)):
        if not in_view:  # a view's SQL compares more
            _require_filterable(part, types, keys)
    return _written(text, in_view)


def _parts(found: Condition) -> Iterator[Condition]:
    """The comparisons that a condition is made of."""
    match found:
        case Not(negated):
            yield from _parts(negated)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from _parts(part)
        case _:
            yield found


def _require_filterable(part: Condition, types: Mapping[str, str], keys: Collection[str]) -> None:
    match part:
        case IsNull(name) if name in keys:
            raise ValueError(f"'{name}' is a partition key, of which Lake Formation cannot ask whether it is NULL")
        case Compare(name, _, value):
            constant = "true or false" if isinstance(value, bool) else "text" if isinstance(value, str) else "a number"
        case IsNull(name) | Like(name):
            constant = "text" if isinstance(part, Like) else ""
    kind = types[name].partition("(")[0].partition("<")[0]
    wanted = COMPARED.get(kind)
    if wanted is None:
        raise ValueError(f"'{name}' is of type {kind}, on which Lake Formation has no row filters")
    if constant and constant != wanted:
        raise ValueError(f"'{name}' is of type {kind}: compare it with {wanted}")


@lru_cache(4096)
def _written(text: str, in_view: bool) -> str:
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(text, dialect=DIALECT)
    tree = tree if in_view else tree.transform(_plain)
    for column in tree.find_all(exp.Column):
        column.this.set("this", column.name.lower())  # as the catalogue has it
    found = tree.sql(dialect=DIALECT, comments=False)
    if len(found) >= LONGEST:
        raise ValueError(f"is longer than a filter may be, which has less than {LONGEST} characters")
    return found


def _plain(node: Expr) -> Expr:
    """Columns stand before what they are compared with, and constants bare: PartiQL's filters know it no other way."""
    from sqlglot import exp

    turned: dict[type[Expr], type[Expr]] = {
        exp.EQ: exp.EQ, exp.NEQ: exp.NEQ, exp.LT: exp.GT, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.GTE: exp.LTE,
    }  # fmt: skip
    if type(node) in turned and not isinstance(node.this, exp.Column):
        return turned[type(node)](this=node.expression, expression=node.this).transform(_plain)
    inner: Expr = node.this
    if isinstance(node, exp.Paren) and isinstance(inner, exp.Literal | exp.Neg | exp.Boolean | exp.Paren):
        return inner.transform(_plain)
    return inner if isinstance(node, exp.Cast) else node
