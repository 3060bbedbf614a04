"""The SELECT over a table's rows that holds a reader to what is shown: DuckDB gets nothing else to see."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from mesh_etl.kernels.conditions import Compare, Condition, Either, Every, IsNull, Like, Not, Value

if TYPE_CHECKING:
    from mesh_etl.govern.reading.mask_view import MaskView
    from mesh_etl.govern.reading.shown import Shown
    from mesh_etl.kernels.stored.shown import Portion


def held(select: str, names: list[str], shown: Shown) -> str:
    """What is shown of the rows of `select`, whose columns these are, in their order."""
    if shown.view is not None:
        select, names = _masked(select, shown.view), list(shown.view.columns)
    kept = [name for name in names if name in shown.columns]
    cells = ", ".join(_cell(name, shown.portions) for name in kept)
    seen = f"SELECT {cells} FROM ({select})"
    if any(one.rows != Every(()) for one in shown.portions):
        seen = f"{seen} WHERE {spelled(Either(tuple(one.rows for one in shown.portions)))}"
    elif shown.view is None or shown.view.rows == Every(()):
        return seen
    # Made before the question's own conditions see a row: one that fails would tell of rows that are not there.
    return f"WITH shown AS MATERIALIZED ({seen}) SELECT * FROM shown"


def spelled(condition: Condition) -> str:
    """The condition in DuckDB's SQL."""
    match condition:
        case Compare(column, sign, value):
            return f"({_quoted(column)} {sign} {_literal(value)})"
        case Like(column, pattern):
            return f"({_quoted(column)} LIKE {_literal(pattern)})"
        case IsNull(column):
            return f"({_quoted(column)} IS NULL)"
        case Not(of):
            return f"(NOT {spelled(of)})"
        case Every(parts):
            return f"({' AND '.join(map(spelled, parts)) or 'true'})"
        case Either(parts):
            return f"({' OR '.join(map(spelled, parts)) or 'false'})"


def _cell(name: str, portions: tuple[Portion, ...]) -> str:
    own = [one.rows for one in portions if name in one.columns]
    if len(own) == len(portions):
        return _quoted(name)
    return f"CASE WHEN {spelled(Either(tuple(own)))} THEN {_quoted(name)} END AS {_quoted(name)}"


def _masked(select: str, view: MaskView) -> str:
    return f"SELECT {', '.join(_expressions(view))} FROM ({select}) WHERE {spelled(view.rows)}"


def _expressions(view: MaskView) -> Iterator[str]:
    import sqlglot

    for name, one in view.columns.items():
        yield f"{sqlglot.transpile(one.sql, read='spark', write='duckdb')[0]} AS {_quoted(name)}"


def _literal(value: Value) -> str:
    match value:
        case str():
            return "'" + value.replace("'", "''") + "'"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
