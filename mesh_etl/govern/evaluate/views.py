"""The views that show a table to an audience with some columns masked."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from mesh_etl.config.product_name import table_of
from mesh_etl.govern.state import State, Table
from mesh_etl.govern.state.entries import MASKED, VIEW_OF


class View(NamedTuple):
    """A view with the columns that it masks, and the condition on rows that it holds, empty for none."""

    table: Table
    masked: frozenset[str]
    rows: str


class Views:
    """The views of a state by the table that they show, which stands in the same database."""

    def __init__(self, state: State) -> None:
        self._by_table: dict[Table, list[View]] = defaultdict(list)
        for view, entry in sorted(state.tables.items(), key=lambda one: one[0]):
            parameters = dict(entry.parameters)
            if entry.kind == "view" and VIEW_OF in parameters:
                shown = Table(view.catalog, view.database, table_of(parameters[VIEW_OF]))
                if shown in state.tables and state.tables[shown].kind != "view":
                    masked = (name.strip() for name in parameters.get(MASKED, "").split(","))
                    made = View(view, frozenset(name for name in masked if name), _condition(entry.definition))
                    self._by_table[shown].append(made)

    def of(self, table: Table) -> list[View]:
        """The views that show the table."""
        return self._by_table.get(table, [])


def _condition(definition: str) -> str:
    """The condition of the view's query. One that cannot be read counts as none, so that nothing seen is left out."""
    if "where" not in definition.lower():
        return ""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        where = sqlglot.parse_one(definition, read="spark").find(sqlglot.exp.Where)
    except SqlglotError:
        return ""
    return where.this.sql(dialect="presto") if where else ""
