"""The one SELECT of a view, over products of the mesh by their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.expressions.query import allowed, defined

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr


@dataclass(frozen=True)
class Statement:
    """A checked SELECT in Spark's SQL; `products` are those that it names, in order."""

    sql: str
    products: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Statement:
        """The statement that `text` spells; raises `ValueError` with the reason when it is not allowed."""
        node, sql = allowed(text)
        return cls(sql, tuple(dict.fromkeys(product_of(table) for table in _read(node))))


def product_of(table: exp.Table) -> str:
    """The product that the table stands for."""
    return f"{table.db}.{table.name}".lower()


def tables(node: Expr) -> list[exp.Table]:
    """The tables of a checked SELECT that are products."""
    from sqlglot import exp

    return [table for table in node.find_all(exp.Table, bfs=False) if table.db]


def _read(node: Expr) -> Iterator[exp.Table]:
    from sqlglot import exp

    for table in node.find_all(exp.Table, bfs=False):
        if not isinstance(table.this, exp.Identifier):
            raise ValueError("a table function is not allowed; read products by their names")
        if table.catalog:
            raise ValueError(f"'{table.catalog}.{table.db}.{table.name}' is no product; write <domain>.<product>")
        if table.db:
            yield table
        elif table.name.lower() not in defined(table):
            raise ValueError(f"'{table.name}' is no product; write <domain>.<product>, as in sales.{table.name}")
