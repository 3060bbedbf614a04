"""Whether the SQL of a view gives what its contract promises: DuckDB plans it over empty tables."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import parts_of
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Schema, Simple, Struct, Varchar, parse
from mesh_etl.errors import Fault
from mesh_etl.views import canonical
from mesh_etl.views.dialects import written

if TYPE_CHECKING:
    from mesh_etl.views.load import Viewed, Views

UNCHECKED = "VIEW_UNCHECKED"
_WHOLE = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}


def type_faults(view: Viewed, views: Views) -> list[Fault]:
    """A fault for each column whose values might not fit the contract's type, or for SQL that cannot be planned.

    Without DuckDB the only one says so, with the code VIEW_UNCHECKED.
    """
    where = view.loaded.where("sql" if view.loaded.view.sql else "sql_file")
    if find_spec("duckdb") is None:
        problem = "the types that the SQL gives are not checked: that needs DuckDB"
        return [Fault(UNCHECKED, problem, where, "pip install 'mesh_etl[query]'")]
    import duckdb

    with duckdb.connect(":memory:") as database:
        for source in view.sources:
            _empty(database, source, views.contract(source).schema)
        try:
            answer = database.sql(written(_inside(view.sql), "duckdb", parts_of))
        except duckdb.Error as error:
            text = str(error).split("\n", 1)[0].partition(": ")[2].rstrip("!")
            fix = "mend the SQL, or the contracts whose columns it names"
            return [Fault("VIEW_SQL", f"the SQL cannot be planned: {text}", where, fix)]
        given = {name.lower(): str(kind) for name, kind in zip(answer.columns, answer.types, strict=True)}
    return list(_misfits(view, given))


def _inside(sql: str) -> str:
    """The SELECT without the casts to the contract's types around it."""
    from sqlglot import exp

    inner = canonical.tree(sql).args["from_"].this
    assert isinstance(inner, exp.Subquery), "canonical SQL has its SELECT inside"
    return str(inner.this.sql(dialect="spark", identify=True))


def _misfits(view: Viewed, given: dict[str, str]) -> Iterator[Fault]:
    for field in view.contract.schema:
        found = _read(given[field.name])
        if found is not None and not _fits(found, field.type):
            problem = f"'{field.name}' is {found.glue()} in the view's SQL and {field.type.glue()} here"
            fix = "cast it in the SQL, or change the contract"
            yield Fault("VIEW_TYPE", problem, view.contract.where_column(field.name), fix)


def _empty(database: Any, product: str, schema: Schema) -> None:
    domain, name = parts_of(product)
    columns = ", ".join(f'"{field.name}" {_spelled(field.type)}' for field in schema)
    database.execute(f'CREATE SCHEMA IF NOT EXISTS "{domain}"')
    database.execute(f'CREATE TABLE "{domain}"."{name}" ({columns})')


def _spelled(kind: DataType) -> str:
    from sqlglot import exp

    return exp.DataType.build(kind.ddl(), dialect="spark").sql(dialect="duckdb")


def _read(kind: str) -> DataType | None:
    """The type that DuckDB names; None for one of which a contract knows nothing."""
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if kind == "HUGEINT":  # of sums of whole numbers
        return Simple("bigint")
    if kind == '"NULL"':
        return None
    try:
        return parse(exp.DataType.build(kind, dialect="duckdb").sql(dialect="spark").lower())
    except (ValueError, SqlglotError):
        return None


def _fits(have: DataType, want: DataType) -> bool:
    """Whether the cast to the wanted type keeps every value or fails, and never changes one."""
    match have, want:
        case (Simple("string") | Varchar(), Simple("string") | Varchar()):
            return True
        case Simple(one), Simple(other) if one in _WHOLE and other in _WHOLE:
            return True
        case Simple(one), Decimal() if one in _WHOLE:
            return True
        case Decimal(_, scale), Simple(other) if other in _WHOLE:
            return scale == 0
        case Decimal(_, scale), Decimal(_, wider):
            return wider >= scale
        case Simple("float"), Simple("double"):
            return True
        case Array(one), Array(other):
            return _fits(one, other)
        case Map(key, value), Map(key_, value_):
            return _fits(key, key_) and _fits(value, value_)
        case Struct(fields), Struct(others):
            pairs = list(zip(fields, others, strict=False))
            same = len(fields) == len(others) and all(one.name == other.name for one, other in pairs)
            return same and all(_fits(one.type, other.type) for one, other in pairs)
    return have == want
