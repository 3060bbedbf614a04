"""What the columns of SQL are made of, by sqlglot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mesh_etl.expressions import parse
from mesh_etl.lineage.frames import Frame, How, Kind, Uses

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

# Aggregates that give back no value of a row. A sum does, of a group that has one row.
_COUNTS = {"Count", "CountIf", "ApproxDistinct"}


def of_expression(text: str, frame: Frame) -> Uses:
    """What the value of an expression over the frame's columns is made of."""
    from sqlglot import exp

    node = parse.tree(text)
    found: set[Any] = set()
    for column in node.find_all(exp.Column):
        kind, hidden = _handling(node, column)
        found |= {use.then(kind, hidden) for use in frame.of(column.parts[0].name.lower())}
    return frozenset(found)


def of_select(sql: str, frames: Mapping[str, Frame]) -> Frame:
    """The frame that the SELECT gives over these frames, by the names by which it reads them."""
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage

    schema = {name: dict.fromkeys(frame.columns, "string") for name, frame in frames.items() if frame.columns}
    node = parse.tree(sql, "query")
    decided = frozenset().union(*(frame.decided for frame in frames.values()))
    try:
        nodes = lineage(None, node, schema=_nested(schema), dialect="spark")
    except (SqlglotError, ValueError, KeyError):
        return Frame(untold="its SQL needs the columns of a file, which are known when it is read", decided=decided)
    assert isinstance(nodes, dict), "of no column in particular it tells of all"
    if any("*" in name for name in nodes):
        return Frame(untold="its SQL takes all columns of a file, which are known when it is read", decided=decided)
    columns = {name.lower(): _uses(one, frames) for name, one in nodes.items()}
    return Frame(columns=columns, decided=decided | _decided(node, frames))


def _nested(schema: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, columns in schema.items():
        domain, _, table = name.rpartition(".")
        (nested.setdefault(domain, {}) if domain else nested)[table] = columns
    return nested


def _uses(node: Any, frames: Mapping[str, Frame]) -> Uses:
    from sqlglot import exp

    if isinstance(node.expression, exp.Table):
        table = node.expression
        name = f"{table.db}.{table.name}" if table.db else table.name
        return frames[name].of(_column(node.name).lower()) if name in frames else frozenset()
    found: set[Any] = set()
    for below in node.downstream:
        name = _column(below.name)
        columns = [one for one in node.expression.find_all(exp.Column) if one.name == name]
        handled = [_handling(node.expression, one) for one in columns] or [("identity", False)]
        for kind, hidden in handled:
            found |= {use.then(kind, hidden) for use in _uses(below, frames)}
    return frozenset(found)


def _column(name: str) -> str:
    """The column that sqlglot names `table.column`, in quotes where the SQL has them."""
    return name.rpartition(".")[2].strip('"`')


def _handling(node: Expr, column: Expr) -> tuple[Kind, bool]:
    """What the expression does with its column, and whether that leaves no value of it to read."""
    from sqlglot import exp

    value = node.unalias()
    while isinstance(value, exp.Cast | exp.Paren):  # the same value, as another type
        value = value.this
    if value is column:
        return "identity", False
    around = column.find_ancestor(exp.AggFunc)
    if around is None:
        return "transformation", False
    return "aggregation", type(around).__name__ in _COUNTS


def _decided(node: Expr, frames: Mapping[str, Frame]) -> frozenset[Any]:
    """The columns by which the SELECT, at any depth, chooses, joins or groups rows; those that name a table of it."""
    from sqlglot import exp

    aliases = {
        table.alias_or_name: f"{table.db}.{table.name}" if table.db else table.name
        for table in node.find_all(exp.Table)
    }
    hows: dict[type[Expr], How] = {exp.Where: "filter", exp.Having: "filter", exp.Join: "join", exp.Group: "group_by"}
    found: set[Any] = set()
    for kind, how in hows.items():
        for clause in node.find_all(kind):
            parts = [clause.args.get("on")] if kind is exp.Join else [clause]
            for column in (one for part in parts if part is not None for one in part.find_all(exp.Column)):
                table = aliases.get(column.table) if column.table else next(iter(aliases.values()), None)
                if table in frames and (column.table or len(aliases) == 1):
                    found |= {(use.column, how) for use in frames[str(table)].of(column.name.lower())}
    return frozenset(found)
