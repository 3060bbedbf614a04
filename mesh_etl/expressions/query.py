"""The one SELECT of the transform `sql`, over declared inputs only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, ClassVar, Self

from mesh_etl.expressions import functions, parse
from mesh_etl.expressions.checked import Checked

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr


@dataclass(frozen=True)
class Select(Checked):
    """A checked query; `tables` are the inputs that it reads."""

    kind: ClassVar[str] = "a SELECT"
    tables: tuple[str, ...]

    def over(self, views: Mapping[str, str]) -> str:
        """The query's text with each input replaced by the view that holds it; aliases keep columns addressable."""
        node = parse.tree(self.sql, "query")
        for table in _inputs(node):
            if not table.alias:
                table.set("alias", _alias(table.name))
            table.this.set("this", views[table.name])
        return parse.written(node)

    def columns_of(self, table: str) -> tuple[str, ...] | None:
        """The columns that the query can mean of a table; None where a star stands for all of them.

        A column that names no table may be of any: the answer has too many names rather than too few.
        """
        from sqlglot import exp

        node = parse.tree(self.sql, "query")
        if any(not isinstance(star.parent, exp.Count) for star in node.find_all(exp.Star)):
            return None
        aliases = {one.alias_or_name for one in _inputs(node) if one.name == table} | {""}
        return tuple(sorted({one.name for one in node.find_all(exp.Column) if one.table in aliases}))

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The names, in lower case, that the query itself gives to columns, tables and results."""
        from sqlglot import exp

        named = parse.tree(self.sql, "query").find_all(exp.Alias, exp.TableAlias)
        return frozenset(name.lower() for one in named for name in (one.alias_or_name, *_columns(one)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The query that `text` spells; raises `ValueError` with the reason when it is not allowed."""
        node, sql = allowed(text)
        return cls(sql, tuple(dict.fromkeys(table.name for table in _inputs(node))))


@lru_cache(256)
def select(text: str) -> Select:
    """The checked query that `text` spells.

    Raises `ValueError` with the reason when it is not one SELECT or is not allowed.
    """
    return Select.parse(text)


def allowed(text: str) -> tuple[Expr, str]:
    """The tree of the one SELECT that `text` spells, and its text in one spelling.

    Raises `ValueError` with the reason when it is none or is not allowed.
    """
    from sqlglot import exp

    node = parse.tree(text, "query")
    if not isinstance(node, exp.Select | exp.SetOperation):
        raise ValueError("exactly one SELECT is expected")
    sql = parse.check(node, functions.QUERY, query=True)
    for query in node.find_all(exp.Select, exp.SetOperation):
        if query.args.get("limit") and not query.args.get("order"):
            raise ValueError("LIMIT without ORDER BY gives other rows on a re-run; add ORDER BY")
    return node, sql


def _inputs(node: Expr) -> list[exp.Table]:
    """The tables of `node` that no WITH clause defines; each is a plain name."""
    from sqlglot import exp

    found = []
    for table in node.find_all(exp.Table, bfs=False):
        if not isinstance(table.this, exp.Identifier):
            raise ValueError("a table function is not allowed; read inputs by their names")
        if table.db or table.catalog:
            raise ValueError(f"'{table.sql('spark')}' is not an input of the job; name it under inputs")
        if table.name.lower() not in defined(table):
            found.append(table)
    return found


def _columns(alias: Expr) -> list[str]:
    from sqlglot import exp

    return [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []


def defined(table: exp.Table) -> set[str]:
    """The names that WITH clauses around `table` define where it stands; a definition does not see itself."""
    from sqlglot import exp

    names: set[str] = set()
    inside: Expr = table
    around = table.parent
    while around is not None:
        if isinstance(around, exp.With):
            earlier = around.expressions[: next(i for i, cte in enumerate(around.expressions) if cte is inside)]
            names |= {cte.alias.lower() for cte in earlier}
        elif isinstance(around, exp.Query) and not isinstance(inside, exp.With):
            names |= {cte.alias.lower() for cte in around.ctes}
        inside, around = around, around.parent
    return names


def _alias(name: str) -> exp.TableAlias:
    from sqlglot import exp

    return exp.TableAlias(this=exp.to_identifier(name))
