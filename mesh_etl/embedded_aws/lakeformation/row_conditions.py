"""What a row filter may say: columns of the table, compared with constants.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlglot.expressions import Expr

LENGTH = 2048
TEXT, NUMBER = ("string", "char", "varchar"), ("int", "long", "bigint", "float", "decimal", "double")
KINDS = {**dict.fromkeys(TEXT, "text"), **dict.fromkeys(NUMBER, "number"), "boolean": "boolean", "struct": "struct"}
COMPARED = ("EQ", "NEQ", "GT", "GTE", "LT", "LTE", "Like")


def check(text: str, columns: Mapping[str, str], keys: Iterable[str]) -> None:
    """Refuse what is not a condition on these columns, given with their types; `keys` are the partition keys.

    The refusal names columns and never a constant, which may be somebody's data.
    """
    import sqlglot
    from sqlglot import expressions as sql
    from sqlglot.errors import SqlglotError

    if len(text) >= LENGTH:
        raise invalid(f"A row filter has less than {LENGTH} characters.")
    try:
        tree = sqlglot.parse_one(text, dialect="athena")
        _condition(tree, columns, frozenset(keys), sql)
    except SqlglotError as error:
        raise invalid("The row filter is not a condition in PartiQL.") from error
    except RecursionError as error:
        raise invalid("The row filter is nested too deeply.") from error


def _condition(node: Expr, columns: Mapping[str, str], keys: frozenset[str], sql: object) -> None:
    name = type(node).__name__
    if name in ("And", "Or"):
        _condition(node.this, columns, keys, sql)
        _condition(node.expression, columns, keys, sql)
    elif name in ("Paren", "Not"):
        _condition(node.this, columns, keys, sql)
    elif name in COMPARED:
        _compared(node.this, [node.expression], columns)
    elif name == "Between":
        _compared(node.this, [node.args["low"], node.args["high"]], columns)
    elif name == "In" and node.expressions:
        _compared(node.this, node.expressions, columns)
    elif name == "Is" and type(node.expression).__name__ == "Null":
        if _column(node.this, columns)[0] in keys:
            raise invalid("A row filter cannot ask whether a partition key is NULL.")
    elif name != "Boolean" or node.parent is not None or not node.this:  # `true` alone stands for all rows
        raise invalid(f"A row filter cannot have {name}: it compares columns with constants.")


def _compared(column: Expr, values: list[Expr], columns: Mapping[str, str]) -> None:
    name, kind = _column(column, columns)
    for value in values:
        found = _constant(value)
        if kind not in (found, "struct"):  # of a field in a struct the type is not looked up
            raise invalid(f"The constant that column {name} is compared with is no {kind}.")


def _column(node: Expr, columns: Mapping[str, str]) -> tuple[str, str]:
    """The column that a comparison begins with, and what kind of constant it is compared with."""
    if type(node).__name__ not in ("Column", "Dot"):
        raise invalid("A comparison of a row filter begins with a column.")
    name = str(next(iter(_names(node)))).lower()
    if name not in columns:
        raise invalid(f"The row filter names a column that the table has not: {name}.")
    kind = KINDS.get(columns[name].lower().partition("(")[0].partition("<")[0].strip())
    if kind is None:
        raise invalid(f"Column {name} is of a type that row filters do not support.")
    return name, kind


def _names(node: Expr) -> list[str]:
    return [identifier.name for identifier in node.find_all(_identifier(), bfs=False)]


def _identifier() -> type[Expr]:
    from sqlglot.expressions import Identifier

    return Identifier


def _constant(node: Expr) -> str:
    name = type(node).__name__
    if name == "Neg" and _constant(node.this) == "number":
        return "number"
    if name == "Boolean":
        return "boolean"
    if name != "Literal":
        raise invalid(f"A row filter cannot have {name}: it compares columns with constants.")
    return "text" if node.is_string else "number"
