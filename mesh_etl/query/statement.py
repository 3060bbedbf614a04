"""One SELECT over products: what may be asked, and which tables it names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mesh_etl.config.product_name import parts_of, table_of
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.expressions.query import defined

_QUARANTINE = "__quarantine"
_BEHIND = "_mesh_behind"  # no domain has such a name, so that no statement reaches what is there
# Table functions, by their names in sqlglot, that make rows out of nothing; others read files or the database itself.
_HARMLESS = {"unnest", "generateseries"}
# Functions that tell of files, settings and other rows than those that are shown.
_TELLING = {
    "stats", "current_setting", "current_query", "getvariable", "getenv", "in_search_path", "json_serialize_plan",
    "format_pg_type", "obj_description", "col_description", "shobj_description",
}  # fmt: skip
_TELLING_PREFIXES = ("pg_", "duckdb_", "has_")


@dataclass(frozen=True)
class TableName:
    """A product's table, or its quarantine, as a statement names it."""

    product: str
    quarantine: bool = False
    version: str = ""  # a number or a tag; empty for the newest
    behind: str = ""  # whose rights decide on it, where a view with a definer reads it: sales.engineer

    @property
    def view(self) -> tuple[str, str]:
        """The schema and the name of its view."""
        if self.behind:
            return _BEHIND, f"{self.behind} {self.product}"
        domain, name = parts_of(self.product)
        return domain, f"{name}{_QUARANTINE}" if self.quarantine else f"{name}@{self.version}" if self.version else name


@dataclass(frozen=True)
class Statement:
    """A checked query; `tables` are the products' tables that it reads."""

    sql: str
    tables: tuple[TableName, ...]

    @classmethod
    def parse(cls, sql: str, products: Iterable[str]) -> Statement:
        """The statement that `sql` spells.

        Raises `PlanError`: QUERY_INVALID when it is not one SELECT, QUERY_REFUSED for anything but a question to
        products, UNKNOWN_TABLE with the nearest name.
        """
        tree, known = _tree(sql), sorted(products)
        faults = list(_refusals(tree))
        if faults:
            raise PlanError(*faults)
        names: dict[TableName, None] = {}
        for place in _tables(tree):
            found = _known(place, known)
            if isinstance(found, Fault):
                faults.append(found)
            else:
                names[found] = None
                if found.version:
                    _lead(place, found)
        if faults:
            raise PlanError(*dict.fromkeys(faults))
        return cls(tree.sql(dialect="duckdb") if any(name.version for name in names) else sql, tuple(names))

    def columns(self) -> frozenset[str]:
        """The columns that it names, in lower case; `*` among them where it wants all."""
        from sqlglot import exp

        tree = _tree(self.sql)
        stars = {"*" for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count)}
        return frozenset(stars | {column.name.lower() for column in tree.find_all(exp.Column) if column.name != "*"})

    def fingerprint(self) -> str:
        """A hash of the statement that is the same whatever its constants are."""
        from sqlglot import exp

        bare = _tree(self.sql).transform(lambda node: exp.Placeholder() if isinstance(node, exp.Literal) else node)
        return hashlib.sha256(bare.sql(dialect="duckdb", comments=False).encode()).hexdigest()

    def discreet(self) -> str:
        """The statement for a reader, spelled anew from what was checked: nothing can be read in two ways.

        Raises `PlanError` QUERY_REFUSED where it calls what tells of more than a reader is shown.
        """
        from sqlglot import exp

        tree = _tree(self.sql)
        for node in tree.find_all(exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name in _TELLING or name.startswith(_TELLING_PREFIXES):
                problem = f"the function '{name}' is not allowed to readers: it tells of more than rows"
                raise PlanError(Fault("QUERY_REFUSED", problem, "query", "leave it out"))
        return str(tree.sql(dialect="duckdb", comments=False))


def _tree(sql: str) -> Any:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ParseError, TokenError

    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect="duckdb") if tree is not None]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        where = f"query:{first.get('line', 1)}:{first.get('col', 1)}"
        raise PlanError(Fault("QUERY_INVALID", "this is not SQL", where, "write one SELECT")) from None
    except TokenError:
        raise PlanError(Fault("QUERY_INVALID", "a quote or a comment is not closed", "query", "close it")) from None
    if len(trees) != 1:
        problem = "there is no statement" if not trees else f"there are {len(trees)} statements"
        raise PlanError(Fault("QUERY_INVALID", problem, "query", "write one SELECT"))
    if not isinstance(trees[0], exp.Query):
        fix = "write one SELECT; tables are changed by jobs, mesh-etl delete and mesh-etl rollback"
        raise PlanError(Fault("QUERY_REFUSED", "only SELECT and WITH … SELECT are allowed", "query", fix))
    return trees[0]


def _refusals(tree: Any) -> Iterator[Fault]:
    from sqlglot import exp

    for node in tree.find_all(exp.DML, exp.DDL, exp.Into, exp.Command, exp.Set, exp.Pragma, exp.Attach, exp.Copy):
        if not isinstance(node, exp.Query):  # sqlglot counts queries among DML and DDL
            yield Fault("QUERY_REFUSED", f"{node.key.upper()} is not allowed in a query", "query", "write one SELECT")
    for node in tree.find_all(exp.Table):
        function = node.this
        if isinstance(function, exp.Identifier):
            continue
        name = function.name if isinstance(function, exp.Anonymous) else function.key
        if name.lower() not in _HARMLESS:
            fix = "read products by their names, as in sales.orders"
            yield Fault("QUERY_REFUSED", f"the table function '{name.lower()}' is not allowed", "query", fix)


def _tables(tree: Any) -> Iterator[Any]:
    """The tables that are named and that no WITH clause defines for the place where they stand."""
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        # A name that is defined elsewhere would be a file here, or a view of the database itself.
        if isinstance(table.this, exp.Identifier) and (
            table.db or table.name.lower() not in defined(table) | _itself(table)
        ):
            yield table


def _itself(table: Any) -> set[str]:
    """The recursive queries that see their own rows where the table stands, by name."""
    from sqlglot import exp

    found, inner = set(), table
    while (node := inner.parent) is not None:
        # DuckDB looks elsewhere for the name in the first part, and where there is only one.
        if isinstance(node, exp.SetOperation) and node.expression is inner and isinstance(node.parent, exp.CTE):
            clause = node.parent.parent
            if isinstance(clause, exp.With) and clause.recursive:
                found.add(node.parent.alias.lower())
        inner = node
    return found


def _lead(table: Any, name: TableName) -> None:
    """The table in the tree is the view of its version, and keeps the name by which columns are said to be its own."""
    from sqlglot import exp

    alias = table.args.get("alias") or exp.TableAlias(this=table.this.copy())
    table.set("alias", alias)
    table.set("when", None)
    table.set("this", exp.to_identifier(name.view[1], quoted=True))


def _known(table: Any, products: list[str]) -> TableName | Fault:
    written = ".".join(part.name for part in table.parts).lower()
    from sqlglot import exp

    when = table.args.get("when")
    named = isinstance(when, exp.HistoricalData) and isinstance(when.expression, exp.Literal)
    if when is not None and not (named and str(when.args.get("kind")).upper() == "VERSION"):
        fix = "name it by number or tag: AT (VERSION => 3)"
        return Fault("QUERY_REFUSED", "a table can be read at a version only", "query", fix)
    if written in products:
        return TableName(written, version=when.expression.name if when else "")
    product = written.removesuffix(_QUARANTINE)
    if product != written and product in products:
        if when is not None:
            return Fault("QUERY_REFUSED", "the quarantine is read as it is now", "query", "leave out AT")
        return TableName(product, quarantine=True)
    if not products:
        problem = f"there is no table '{written}': the project has no product"
        return Fault("UNKNOWN_TABLE", problem, "query", "begin with: mesh-etl init")
    short = [one for one in products if table_of(one) == written]
    fix = f"did you mean '{short[0]}'?" if len(short) == 1 else did_you_mean(written, products)
    return Fault("UNKNOWN_TABLE", f"there is no table '{written}'", "query", fix)
