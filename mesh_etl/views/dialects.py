"""A view's canonical SQL as the engines write it, over the tables that stand for the products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from mesh_etl.views.canonical import tree
from mesh_etl.views.statement import product_of, tables

Engine = Literal["spark", "athena", "duckdb"]
Place = tuple[str, str]  # a database, or schema, and a table in it


def written(sql: str, engine: Engine, place: Callable[[str], Place]) -> str:
    """The SELECT for the engine; `place` says where a product's table is.

    Raises `ValueError` with the reason where the engine has no such thing.
    """
    from sqlglot import exp
    from sqlglot.errors import ErrorLevel, UnsupportedError

    node = tree(sql)
    for table in tables(node):
        database, name = place(product_of(table))
        table.set("db", exp.to_identifier(database, quoted=True))
        table.set("this", exp.to_identifier(name, quoted=True))
    for each in node.find_all(exp.Div):  # as it is written: canonical SQL has no quotient of whole numbers
        each.set("typed", True)
    if engine == "athena":
        for kind in node.find_all(exp.DataType):
            if kind.is_type("timestamptz", "timestampltz"):  # Athena has the catalogue's timestamps without a zone
                kind.set("this", exp.DType.TIMESTAMP)
    try:
        return node.sql(dialect=engine, identify=True, comments=False, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise ValueError(str(error).partition("\n")[0]) from None
