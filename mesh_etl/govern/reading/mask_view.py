"""A view that shows a table with some columns masked: its SQL, read into expressions of which each has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mesh_etl.expressions.scalar import Expression, expression
from mesh_etl.govern.row_filter import row_filter
from mesh_etl.kernels.conditions import Condition


@dataclass(frozen=True)
class MaskView:
    """What the view makes of a table's rows that meet `rows`: a column for each expression, in Spark's SQL."""

    columns: Mapping[str, Expression]
    rows: Condition


def mask_view(definition: str, names: tuple[str, ...]) -> MaskView:
    """The view of this SQL over a table of these columns.

    Raises `ValueError` with the reason where it is anything but a SELECT of expressions from one table, with a
    condition as row filters have them.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(definition, dialect="spark")
    except (SqlglotError, RecursionError):
        raise ValueError("is not one SELECT") from None
    parts = {name for name, part in tree.args.items() if part}
    if not isinstance(tree, exp.Select) or parts - {"expressions", "from_", "from", "where", "kind"}:
        raise ValueError("is not a plain SELECT from one table")
    known = {name.lower(): name for name in names}
    found = {}
    for one in tree.expressions:
        made = expression((one.this if isinstance(one, exp.Alias) else one).sql("spark"))
        if not one.alias_or_name or any(name.lower() not in known for name in made.columns):
            raise ValueError("selects something that the table does not have")
        found[one.alias_or_name.lower()] = made
    where = tree.args.get("where")
    return MaskView(found, row_filter(where.this.sql("athena") if where else "", names))
