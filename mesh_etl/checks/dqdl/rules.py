"""What each type of DQDL rule means here.

A rule about single values without a threshold rejects the rows that break it, so that the table keeps the promise; one
with a threshold is counted and compared. NULL is treated as AWS documents it for each type:
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html. `between` is without its ends, as in Deequ, which
executes DQDL (com.amazon.deequ.dqdl.translation.rules.ColumnValuesRule).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from mesh_etl.checks.base import Rule, ValueRule
from mesh_etl.checks.dataset import STAGED, DatasetRule, Measure, Query, Settled, Unique
from mesh_etl.checks.dqdl.parse import Condition, DqdlRule, Foreign
from mesh_etl.checks.dqdl.values import length_test, value_test
from mesh_etl.checks.found import Skipped
from mesh_etl.checks.required import Required
from mesh_etl.contract.comparison import NONE, Comparison
from mesh_etl.errors import did_you_mean
from mesh_etl.expressions import Select, parse, select

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.types import DataType

Outcome = Rule | DatasetRule | Skipped
_OPERATORS = {
    "=": "must_be", "!=": "must_not_be", ">": "must_be_greater_than", ">=": "must_be_greater_or_equal_to",
    "<": "must_be_less_than", "<=": "must_be_less_or_equal_to", "between": "must_be_between",
    "not between": "must_not_be_between",
}  # fmt: skip
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_AGGREGATES = {
    "Sum": "sum({})", "Mean": "avg({})", "StandardDeviation": "stddev_pop({})",
    "DistinctValuesCount": "count(DISTINCT {})",
}  # fmt: skip
_TYPES = {
    "Boolean": ("boolean",), "Date": ("date",), "Timestamp": ("timestamp", "timestamp_ntz"), "Float": ("float",),
    "Double": ("double",), "Integer": ("tinyint", "smallint", "int"), "Long": ("bigint",),
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A rule of DQDL in its contract: how it is called, and whether breaking it rejects rows or fails the run."""

    rule: DqdlRule
    id: str
    fails: bool
    contract: Contract

    @property
    def types(self) -> dict[str, DataType]:
        """The stored columns and their types."""
        return {column.name: column.type for column in self.contract.schema}

    @property
    def column(self) -> str:
        """The one column that the rule names. Raises `ValueError` where there is another number of them."""
        if len(self.rule.parameters) != 1:
            raise ValueError(f"{self.rule.type} is about one column")
        return self.columns[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule names. Raises `ValueError` for one that is not there."""
        for name in self.rule.parameters:
            if name not in self.types:
                fix = did_you_mean(name, self.types)
                raise ValueError(f"{self.rule.type} names '{name}', which is no column; {fix}")
        if not self.rule.parameters:
            raise ValueError(f"{self.rule.type} names no column")
        return self.rule.parameters

    @property
    def condition(self) -> Condition:
        """What the rule compares with. Raises `ValueError` where it compares with nothing."""
        if self.rule.condition is None:
            raise ValueError(f"{self.rule.type} compares with nothing")
        return self.rule.condition


def translated(rule: DqdlRule, name: str, fails: bool, contract: Contract) -> Iterator[Outcome]:
    """The rules that mean the same, or the reason why none does. Raises `ValueError` for a rule that is wrong."""
    one = Written(rule, name, fails, contract)
    try:
        if rule.foreign:
            raise Foreign(rule.foreign)
        if rule.type not in _TRANSLATIONS:
            raise Foreign("nothing here means the same")
        if rule.threshold and rule.type not in ("ColumnValues", "ColumnLength"):
            raise Foreign("it has a threshold")
        yield from list(_TRANSLATIONS[rule.type](one))
    except Foreign as foreign:
        yield Skipped(name, f"DQDL rule {rule.type}: {foreign}")


def _complete(one: Written) -> Iterator[Outcome]:
    yield Required(one.id, one.column, one.fails)


def _completeness(one: Written) -> Iterator[Outcome]:
    yield from _share(one, Required(one.id, one.column, False), one.condition)


def _unique(one: Written) -> Iterator[Outcome]:
    needed = [one.contract.column(name) for name in one.columns]
    if len(needed) > 1 and not all(column.required or column.primary_key for column in needed):
        raise Foreign("it compares keys that have NULL in them: make the columns required")
    yield Unique(one.id, one.fails, one.columns, NONE)


def _uniqueness(one: Written) -> Iterator[Outcome]:
    if one.condition not in (Condition("=", (Decimal(1),)), Condition(">=", (Decimal(1),))):
        raise Foreign("it counts the values that occur once; duplicateValues counts the rows that repeat one")
    yield from _unique(one)


def _primary_key(one: Written) -> Iterator[Outcome]:
    for name in one.columns:
        yield Required(f"{one.id}.{name}", name, one.fails)
    yield Unique(one.id, one.fails, one.columns, NONE)


def _values(one: Written) -> Iterator[Outcome]:
    yield from _rows(one, value_test(one.id, one.column, one.types[one.column], one.condition))


def _length(one: Written) -> Iterator[Outcome]:
    yield from _rows(one, length_test(one.id, one.column, one.types[one.column], one.condition))


def _rows(one: Written, test: ValueRule) -> Iterator[Outcome]:
    if one.rule.threshold is None:
        yield replace(test, rejects=one.fails)
    else:
        yield from _share(one, test, one.rule.threshold)


def _share(one: Written, test: ValueRule, wanted: Condition) -> Iterator[Outcome]:
    """DQDL compares the share of the rows that pass, from 0 to 1; here it is the percentage of those that do not."""
    numbers = tuple(100 - 100 * number for number in _numbers(wanted))
    operator = _MIRRORED.get(wanted.operator, wanted.operator)
    yield test
    compared = _compared(operator, numbers[::-1])
    yield Measure(one.id, one.fails, test.id, compared, percent=True, promise=test.text())


def _row_count(one: Written) -> Iterator[Outcome]:
    yield Measure(one.id, one.fails, "", _compared(one.condition.operator, _numbers(one.condition)))


def _aggregate(one: Written) -> Iterator[Outcome]:
    call = _AGGREGATES[one.rule.type].format(f"`{one.column}`")
    query = select(f"SELECT {call} FROM {STAGED}")
    yield Query(one.id, one.fails, query, _compared(one.condition.operator, _numbers(one.condition)))


def _custom_sql(one: Written) -> Iterator[Outcome]:
    if one.rule.condition is None:
        raise Foreign("it returns rows: write it as an expression, which rejects them")
    if len(one.rule.parameters) != 1:
        raise ValueError("CustomSql has one statement")
    query = select(one.rule.parameters[0])
    if set(query.tables) != {"primary"}:
        raise Foreign("it reads more than the table 'primary'")
    yield Query(one.id, one.fails, _of_staged(query), _compared(one.condition.operator, _numbers(one.condition)))


def _of_staged(query: Select) -> Select:
    """The query with the table under its name here: engines take 'primary' for a word of SQL."""
    from sqlglot import exp

    node = parse.tree(query.sql, "query")
    for table in node.find_all(exp.Table):
        if table.name == "primary":
            table.this.set("this", STAGED)
    for column in node.find_all(exp.Column):
        if column.table == "primary":
            column.set("table", exp.to_identifier(STAGED))
    return select(parse.written(node))


def _column_exists(one: Written) -> Iterator[Outcome]:
    yield Settled(one.id, one.fails, f"there is a column {one.column}", True)


def _column_count(one: Written) -> Iterator[Outcome]:
    wanted = _compared(one.condition.operator, _numbers(one.condition))
    yield Settled(one.id, one.fails, f"columns {wanted}", wanted.holds(len(one.types)))


def _column_type(one: Written) -> Iterator[Outcome]:
    wanted, kind = one.condition.operands[0], one.types[one.column].ddl()
    if one.condition.operator != "=" or str(wanted) not in _TYPES:
        raise Foreign("it is compared with no type that a column has here")
    if kind not in _TYPES[str(wanted)]:
        raise Foreign(f"the values of a {kind} column are not tried as {wanted}")
    yield Settled(one.id, one.fails, f"{one.column} is of type {wanted}", True)


def _numbers(condition: Condition) -> tuple[Decimal, ...]:
    if condition.operator not in _OPERATORS:
        raise Foreign(f"'{condition.operator}' does not compare one measured number")
    numbers = tuple(one for one in condition.operands if isinstance(one, Decimal))
    if len(numbers) != len(condition.operands):
        raise ValueError("a number is expected")
    return numbers


def _compared(operator: str, numbers: tuple[Decimal, ...]) -> Comparison:
    plain = tuple(int(one) if one == one.to_integral_value() else float(one) for one in numbers)
    return Comparison(_OPERATORS[operator], plain if len(plain) > 1 else plain[0])


_TRANSLATIONS: dict[str, Callable[[Written], Iterator[Outcome]]] = {
    "IsComplete": _complete,
    "Completeness": _completeness,
    "IsUnique": _unique,
    "Uniqueness": _uniqueness,
    "IsPrimaryKey": _primary_key,
    "ColumnValues": _values,
    "ColumnLength": _length,
    "RowCount": _row_count,
    "CustomSql": _custom_sql,
    "ColumnExists": _column_exists,
    "ColumnCount": _column_count,
    "ColumnDataType": _column_type,
    **dict.fromkeys(_AGGREGATES, _aggregate),
}
