"""The conditions by which a table is asked, as Arrow tests them against rows and against statistics of row groups.

What cannot be said about values as they are stored, such as a function of a column, narrows nothing and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import table_of
from mesh_etl.contract.types import DataType, Schema
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.kernels.schema import arrow

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds


@dataclass(frozen=True)
class Filter:
    """A condition: `test` is None where nothing of it narrows the rows; `columns` are those that it compares.

    `points` has the values of the columns that must be equal to one of some values.
    """

    text: str
    test: ds.Expression | None
    columns: tuple[str, ...]
    points: Mapping[str, tuple[Any, ...]]


def stated(texts: Iterable[str], schema: Schema) -> list[Filter]:
    """The filters that these conditions spell, such as `country = 'DE' and day >= '2026-01-01'`.

    Raises `PlanError` FILTER_INVALID with all of them that are none.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    found, faults = [], []
    for number, text in enumerate(texts, 1):
        where = f"--filter {number}"
        try:
            parsed = sqlglot.parse(f"SELECT 1 FROM it WHERE {text}", dialect="duckdb")
            tree = parsed[0].find(sqlglot.exp.Where) if len(parsed) == 1 and parsed[0] else None
            if tree is None:
                raise SqlglotError
        except SqlglotError:
            faults.append(Fault("FILTER_INVALID", "this is no condition", where, "write: country = 'DE'"))
            continue
        names = {column.name for column in schema}
        unknown = sorted({one.name for one in tree.find_all(sqlglot.exp.Column)} - names)
        faults += [
            Fault("FILTER_INVALID", f"the contract has no column '{name}'", where, did_you_mean(name, names))
            for name in unknown
        ]
        if not unknown:
            found.append(_filter(text, tree.this, schema, {""}))
    if faults:
        raise PlanError(*faults)
    return found


def asked(files: Iterable[Path], product: str, schema: Schema) -> list[Filter]:
    """The filters of the queries in SQL files that ask the product's table; each is called by its file.

    Raises `PlanError` FILTER_INVALID for a file that is not SQL.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    found = []
    for path in files:
        try:
            trees = [one for one in sqlglot.parse(path.read_text("utf-8"), dialect="duckdb") if one is not None]
        except (SqlglotError, UnicodeDecodeError):
            raise PlanError(
                Fault("FILTER_INVALID", "this is not SQL", str(path), "write SELECT … statements")
            ) from None
        selects = [one for tree in trees for one in tree.find_all(exp.Select)]
        for number, select in enumerate(selects, 1):
            names = _names(select, product)
            where = select.args.get("where")
            if names:
                text = path.name if len(selects) == 1 else f"{path.name} {number}"
                found.append(_filter(text, where.this if where else None, schema, names))
    return found


def _names(select: Any, product: str) -> set[str]:
    """What columns of the product's table may be qualified by in the SELECT; empty where it does not ask the table."""
    from sqlglot import exp

    joins = [join.this for join in select.args.get("joins") or ()]
    begin = select.args.get("from") or select.args.get("from_")
    tables = [one for one in (*([begin.this] if begin else []), *joins) if isinstance(one, exp.Table)]
    mine = [one for one in tables if ".".join(part.name for part in one.parts).lower() in (product, table_of(product))]
    names = {one.alias_or_name.lower() for one in mine}
    return names | {""} if names and len(tables) == 1 else names


def _filter(text: str, tree: Any, schema: Schema, names: set[str]) -> Filter:
    reading = _Reading({column.name: column.type for column in schema}, names)
    test = reading.test(tree) if tree is not None else None
    return Filter(text, test, tuple(dict.fromkeys(reading.columns)), dict(reading.points(tree)) if tree else {})


class _Reading:
    """Reads a condition; `names` are the qualifiers of the table's own columns."""

    def __init__(self, types: Mapping[str, DataType], names: set[str]) -> None:
        self.types, self.names = types, names
        self.columns: list[str] = []

    def test(self, tree: Any) -> ds.Expression | None:
        """The condition as far as it narrows the rows: what is not understood is taken to hold."""
        from sqlglot import exp

        match tree:
            case exp.Paren():
                return self.test(tree.this)
            case exp.And():
                sides = [one for one in (self.test(tree.left), self.test(tree.right)) if one is not None]
                return sides[0] & sides[1] if len(sides) == 2 else next(iter(sides), None)
            case exp.Or():
                left, right = self.test(tree.left), self.test(tree.right)
                return left | right if left is not None and right is not None else None
        return self._compared(tree)

    def _compared(self, tree: Any) -> ds.Expression | None:
        import pyarrow.dataset as ds
        from sqlglot import exp

        column, values = self._sides(tree)
        if column is None:
            return None
        field = ds.field(column)
        if isinstance(tree, exp.Is):
            test = field.is_null()
        elif isinstance(tree, exp.In):
            test = field.isin(values)
        elif isinstance(tree, exp.Between):
            test = (field >= values[0]) & (field <= values[1])
        else:
            flipped = not isinstance(tree.left, exp.Column)
            test = _OPERATORS[type(tree).__name__, flipped](field, values[0])
        self.columns.append(column)
        return test

    def points(self, tree: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The columns that the condition holds to certain values."""
        from sqlglot import exp

        if isinstance(tree, exp.Paren):
            yield from self.points(tree.this)
        elif isinstance(tree, exp.And):
            yield from self.points(tree.left)
            yield from self.points(tree.right)
        elif isinstance(tree, exp.EQ | exp.In):
            column, values = self._sides(tree)
            if column is not None:
                yield column, tuple(values)

    def _sides(self, tree: Any) -> tuple[str | None, list[Any]]:
        """The column that is compared and the values that it is compared with; no column where that is not all."""
        from sqlglot import exp

        match tree:
            case exp.Is() if isinstance(tree.expression, exp.Null):
                column, found = tree.this, []
            case exp.In() if tree.expressions:
                column, found = tree.this, list(tree.expressions)
            case exp.Between():
                column, found = tree.this, [tree.args["low"], tree.args["high"]]
            case exp.EQ() | exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
                flipped = not isinstance(tree.left, exp.Column)
                column, found = (tree.right, [tree.left]) if flipped else (tree.left, [tree.right])
            case _:
                return None, []
        if (
            not isinstance(column, exp.Column)
            or column.table.lower() not in self.names
            or column.name not in self.types
        ):
            return None, []
        values = [_value(one, self.types[column.name]) for one in found]
        return (None, []) if None in values else (column.name, values)


_OPERATORS: dict[tuple[str, bool], Any] = {
    ("EQ", False): lambda field, value: field == value,
    ("EQ", True): lambda field, value: field == value,
    ("GT", False): lambda field, value: field > value,
    ("LT", True): lambda field, value: field > value,
    ("GTE", False): lambda field, value: field >= value,
    ("LTE", True): lambda field, value: field >= value,
    ("LT", False): lambda field, value: field < value,
    ("GT", True): lambda field, value: field < value,
    ("LTE", False): lambda field, value: field <= value,
    ("GTE", True): lambda field, value: field <= value,
}


def _value(tree: Any, kind: DataType) -> pa.Scalar | None:
    """The literal as a value of the column's type; None for what is no literal, or none of that type."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from sqlglot import exp

    while isinstance(tree, exp.Cast | exp.Paren | exp.Date | exp.Timestamp | exp.TsOrDsToDate):
        tree = tree.this
    sign = ""
    if isinstance(tree, exp.Neg):
        sign, tree = "-", tree.this
    target = arrow(kind)
    try:
        if isinstance(tree, exp.Boolean):
            return pa.scalar(bool(tree.this)).cast(target)
        if not isinstance(tree, exp.Literal):
            return None
        text = pa.scalar(f"{sign}{tree.this}")
        if pa.types.is_timestamp(target) and target.tz:
            clock = pc.cast(pa.scalar(str(tree.this).removesuffix("Z")), pa.timestamp("us"))
            return pc.assume_timezone(clock, "UTC")
        return pc.cast(text, target)
    except pa.ArrowException:
        return None
