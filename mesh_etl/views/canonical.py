"""One spelling of a view's SELECT: every column by its table, every output with the type that the contract promises.

What engines do in different ways is written out where the types are known: a digest is of UTF-8 bytes, a quotient of
whole numbers is a double.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.contract.types import Field, Schema, parse
from mesh_etl.expressions import parse as reading
from mesh_etl.views.statement import product_of, tables

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr

RESULT = "result"


def qualified(sql: str, schemas: Mapping[str, Schema], inside: Mapping[str, str]) -> exp.Query:
    """The SELECT with stars spelled out and every column found in the products' `schemas`, and its types noted.

    `inside` has the canonical SQL of the views that it reads, which takes the place of their names.
    Raises `ValueError` with the reason when a column is not there or could be of two tables.
    """
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.annotate_types import annotate_types
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.schema import MappingSchema

    schema = MappingSchema(dialect="spark")
    for product, fields in schemas.items():
        schema.add_table(product, {field.name: field.type.ddl() for field in fields}, dialect="spark")
    inner: dict[str, exp.Query | Callable[[], exp.Query]] = {name: tree(text) for name, text in inside.items()}
    named = tree(sql)
    for table in tables(named):
        if product_of(table) in inside and not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    node = exp.expand(named, inner, dialect="spark")
    try:
        found = qualify(node, schema=schema, dialect="spark", quote_identifiers=False, identify=False)
        noted = annotate_types(found, schema=schema, dialect="spark")
        assert isinstance(noted, exp.Query), "a SELECT stays one"
        return noted
    except SqlglotError as error:
        text = str(error).partition(". Line")[0].partition("\n")[0].replace('"', "'")
        raise ValueError(text[:1].lower() + text[1:].rstrip(".")) from None


def outputs(node: exp.Query) -> list[str]:
    """The names of the columns that the qualified SELECT gives."""
    return [name.lower() for name in node.named_selects]


def canonical(node: exp.Query, columns: Schema) -> str:
    """The Spark SQL of the qualified SELECT that gives these columns, in this order, with these types."""
    from sqlglot import exp

    node = spelled_out(node)
    chosen = [exp.alias_(cast(exp.column(field.name, RESULT), field), field.name) for field in columns]
    return exp.select(*chosen).from_(node.subquery(RESULT)).sql(dialect="spark", identify=True, comments=False)


def cast(node: Expr, field: Field) -> Expr:
    """The expression with the type of the field."""
    from sqlglot import exp

    return exp.cast(node, exp.DataType.build(field.type.ddl(), dialect="spark"), dialect="spark")


def spelled_out(node: exp.Query) -> exp.Query:
    """A copy in which digests and quotients do not depend on the engine; types must have been noted."""
    from sqlglot import exp

    copy = node.copy()
    for digest in copy.find_all(exp.SHA, exp.SHA2, exp.MD5):
        if digest.this.is_type("text", "varchar", "char"):
            digest.set("this", exp.Encode(this=digest.this, charset=exp.Literal.string("UTF-8")))
    whole = exp.DataType.INTEGER_TYPES
    for quotient in copy.find_all(exp.Div):
        if quotient.left.is_type(*whole) and quotient.right.is_type(*whole):
            quotient.set("this", exp.cast(quotient.left, exp.DataType.build("double")))
    return copy


def tree(sql: str) -> exp.Query:
    """The SQL, which has been checked, as a tree in which CAST is strict, as Spark's is."""
    from sqlglot import exp

    node = reading.tree(sql, "query")
    for each in list(node.find_all(exp.TryCast)):
        if not each.args.get("safe"):
            each.replace(exp.Cast(this=each.this, to=each.args["to"]))
    for quotient in node.find_all(exp.Div):
        quotient.set("safe", False)
    assert isinstance(node, exp.Query), "only a SELECT gets here"
    return node


def typed(node: Expr, otherwise: Field) -> Field:
    """The field with the type that was noted for the expression; `otherwise` where none was."""
    noted = node.type
    if noted is None or noted.is_type("unknown", "null"):
        return otherwise
    try:
        return Field(otherwise.name, parse(noted.sql(dialect="spark").lower()))
    except ValueError:
        return otherwise
