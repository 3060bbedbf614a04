"""The facts that decide who sees what, in one form for what is asked for and for what the accounts hold.

A `State` is compiled from the configuration, or read through the clients of the accounts. Both are compared, applied
and evaluated by the same code.
"""

from __future__ import annotations

from mesh_etl.govern.state.entries import (
    Cells,
    DatabaseEntry,
    Right,
    Rights,
    Settings,
    Share,
    TableEntry,
)
from mesh_etl.govern.state.resources import (
    AllTables,
    Catalog,
    Columns,
    ColumnsBut,
    Database,
    Expression,
    Filter,
    Location,
    Resource,
    SavedExpression,
    Table,
    Tagged,
    TagValues,
    expression,
)
from mesh_etl.govern.state.state import GrantKey, State

__all__ = [
    "AllTables",
    "Catalog",
    "Cells",
    "Columns",
    "ColumnsBut",
    "Database",
    "DatabaseEntry",
    "Expression",
    "Filter",
    "GrantKey",
    "Location",
    "Resource",
    "Right",
    "Rights",
    "SavedExpression",
    "Settings",
    "Share",
    "State",
    "Table",
    "TableEntry",
    "TagValues",
    "Tagged",
    "expression",
]
