"""From a contract to the rules that will be executed, and the list of those that will not be, each with the reason.

Row rules cost no scan of their own: they are tested on each batch on its way into the write. A library metric that
must be 0 and can be decided row by row is a row rule too, so that the table keeps the promise and the rows that would
break it are kept in quarantine.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.accepted import Accepted
from mesh_etl.checks.base import Rule, literal
from mesh_etl.checks.dataset import STAGED, Measure, Query, Unique
from mesh_etl.checks.expression import Expression
from mesh_etl.checks.length import Length
from mesh_etl.checks.pattern import Pattern
from mesh_etl.checks.ranges import Range
from mesh_etl.checks.required import Missing, Required
from mesh_etl.checks.time import Time
from mesh_etl.contract.comparison import Comparison
from mesh_etl.contract.options import RangeOptions, StringOptions
from mesh_etl.contract.placeholders import render
from mesh_etl.contract.quality import CustomRule, LibraryRule, SqlRule
from mesh_etl.contract.table import TimeProperty
from mesh_etl.contract.types import DataType, Varchar
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.expressions import expression, select

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.quality import QualityRule
    from mesh_etl.contract.table import Property

_NONE = Comparison("must_be", 0)
_MILD = {"warning", "warn", "info", "minor"}

Found = Rule | Measure | Unique | Query | tuple[str, str]


@dataclass(frozen=True)
class Checks:
    """All rules of a contract, by the way in which they are answered; `skipped` pairs a rule with its reason."""

    row: tuple[Rule, ...] = ()
    unique: tuple[Unique, ...] = ()
    measures: tuple[Measure, ...] = ()
    queries: tuple[Query, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The row rules that an engine evaluates."""
        return tuple(rule for rule in self.row if isinstance(rule, Expression))


def planned(contract: Contract) -> Checks:
    """The rules of the contract, each exactly once.

    Raises `ConfigError` for SQL in a rule that is not allowed (see `expressions/`).
    """
    types = {field.name: field.type for field in contract.schema}
    found: list[Found] = []
    for column in contract.columns:
        found += _column(column, types[column.stored_name])
        for index, rule in enumerate(column.quality):
            found += _quality(rule, contract, index, column.stored_name, types[column.stored_name])
    if contract.primary_key:
        found += [Required(f"{name}.primary_key", name, True) for name in _not_required(contract)]
        found.append(Unique("primary_key", contract.primary_key, True, _NONE))
    for index, rule in enumerate(contract.table.quality):
        found += _quality(rule, contract, index)
    found += _unanswered(contract)
    return Checks(
        tuple(one for one in found if isinstance(one, Rule)),
        tuple(one for one in found if isinstance(one, Unique)),
        tuple(one for one in found if isinstance(one, Measure)),
        tuple(one for one in found if isinstance(one, Query)),
        tuple(one for one in found if isinstance(one, tuple)),
    )


def _not_required(contract: Contract) -> list[str]:
    return [name for name in contract.primary_key if not contract.column(name).required]


def _column(column: Property, type_: DataType) -> Iterator[Found]:
    name, options = column.stored_name, column.logical_type_options
    if column.required:
        yield Required(f"{name}.required", name, True)
    if column.unique:
        yield Unique(f"{name}.unique", (name,), True, _NONE)
    if column.enum:
        yield Accepted(f"{name}.enum", name, True, tuple(literal(one.value, type_) for one in column.enum))
    longest = type_.length if isinstance(type_, Varchar) else None
    if isinstance(options, StringOptions):
        longest = min((one for one in (longest, options.max_length) if one is not None), default=None)
        if options.pattern:
            yield Pattern(f"{name}.pattern", name, True, options.pattern)
    shortest = options.min_length if isinstance(options, StringOptions) else None
    if shortest is not None or longest is not None:
        yield Length(f"{name}.length", name, True, shortest, longest)
    if isinstance(options, RangeOptions) and (options.lower or options.upper):
        ends = [end and (literal(end.value, type_), end.inclusive) for end in (options.lower, options.upper)]
        yield Range(f"{name}.range", name, True, ends[0], ends[1])
    if isinstance(column, TimeProperty):
        zoned = bool(column.logical_type_options and column.logical_type_options.timezone)
        yield Time(f"{name}.time", name, True, zoned)
    for option in ("format", "multiple_of", "min_items", "max_items", "unique_items", "min_properties"):
        if getattr(options, option, None) and not (option == "format" and column.logical_type in ("integer", "number")):
            yield f"{name}.{option}", f"logicalTypeOptions.{option} is not executed by this version"
    if any(inner.required or inner.quality or inner.logical_type_options for _, inner in column.inner()):
        yield f"{name}.*", "rules inside nested columns are not executed by this version"


def _quality(
    rule: QualityRule, contract: Contract, index: int, column: str = "", type_: DataType | None = None
) -> Iterator[Found]:
    fails = (rule.severity or "error").lower() not in _MILD
    if isinstance(rule, LibraryRule):
        name = _name(rule, contract, column, rule.measure, index)
        yield from _library(rule, name, fails, column, type_)
    elif isinstance(rule, SqlRule):
        yield _query(rule, contract, column, index, fails)
    elif isinstance(rule, CustomRule) and rule.engine == "mesh_etl":
        yield _expression(rule, contract, column, index, fails)
    else:
        engine = getattr(rule, "engine", "")
        reason = "prose cannot be executed" if rule.type == "text" else f"engine '{engine}' is foreign"
        yield _name(rule, contract, column, rule.type, index), reason


def _query(rule: SqlRule, contract: Contract, column: str, index: int, fails: bool) -> Query:
    where = _where(contract, column, index, "query")
    try:
        query = select(render(rule.query, STAGED, column or None))
    except ValueError as error:
        raise ConfigError(Fault("RULE_SQL", f"the query is refused: {error}", where)) from None
    others = [name for name in query.tables if name != STAGED]
    if others:
        problem = f"the query reads '{others[0]}'"
        raise ConfigError(Fault("RULE_SQL", problem, where, "a rule reads its own table alone: FROM {object}"))
    return Query(_name(rule, contract, column, "sql", index), query, fails, rule.comparison)


def _expression(rule: CustomRule, contract: Contract, column: str, index: int, fails: bool) -> Expression:
    where = _where(contract, column, index, "implementation")
    body = rule.implementation
    if isinstance(body, dict) and set(body) != {"expression"}:
        fix = "write implementation: {expression: 'ship_date <= receipt_date'}"
        raise ConfigError(Fault("RULE_SQL", "a mesh_etl rule has exactly one key, 'expression'", where, fix))
    try:
        parsed = expression(str(body["expression"]) if isinstance(body, dict) else body)
    except ValueError as error:
        raise ConfigError(Fault("RULE_SQL", f"the expression is refused: {error}", where)) from None
    names = {one.name for one in contract.schema}
    for name in parsed.columns:
        if name not in names:
            problem = f"the expression names '{name}', which is no column"
            raise ConfigError(Fault("COLUMN_MISSING", problem, where, did_you_mean(name, names)))
    answer = f"_mesh_rule_{column or 'table'}_{index}"
    return Expression(_name(rule, contract, column, "expression", index), column, fails, parsed, answer)


def _where(contract: Contract, column: str, index: int, key: str) -> str:
    if column:
        return contract.where_column(column, "quality", index, key)
    return contract.where("schema", 0, "quality", index, key)


def _library(rule: LibraryRule, name: str, fails: bool, column: str, type_: DataType | None) -> Iterator[Found]:
    percent = rule.unit == "percent"
    if rule.measure == "rowCount":
        yield Measure(name, "", fails, rule.comparison, percent)
    elif rule.measure == "duplicateValues":
        columns = tuple(rule.argument("properties") or ()) or (column,)
        yield Unique(name, columns, fails, rule.comparison, percent)
    else:
        never = rule.comparison in (
            _NONE,
            Comparison("must_be_less_or_equal_to", 0),
            Comparison("must_be_less_than", 1),
        )
        tests = list(_tests(rule, name, fails and never, column, type_))
        yield from tests
        if not never:
            yield from (Measure(name, test.id, fails, rule.comparison, percent) for test in tests)


def _tests(rule: LibraryRule, name: str, rejects: bool, column: str, type_: DataType | None) -> Iterator[Rule]:
    def values(key: str) -> Iterator[Any]:
        for one in rule.argument(key) or ():
            with contextlib.suppress(ValueError):  # such as 'N/A' in a column of dates, where it cannot stand
                yield None if one is None or type_ is None else literal(one, type_)

    valid, pattern = tuple(values("validValues")), rule.argument("pattern")
    if rule.measure == "nullValues":
        yield Required(name, column, rejects)
    elif rule.measure == "missingValues":
        yield Missing(name, column, rejects, tuple(values("missingValues")))
    else:
        if valid:
            yield Accepted(name, column, rejects, valid)
        if pattern:
            yield Pattern(f"{name}.pattern" if valid else name, column, rejects, str(pattern))


def _name(rule: QualityRule, contract: Contract, owner: str, kind: str, index: int) -> str:
    """The rule's own name, with its place where other rules have the same: verdicts are told apart by it."""
    owner = owner or "table"
    stated = rule.name or rule.id
    if stated is None:
        return f"{owner}.{kind}[{index}]"
    others = [*contract.table.quality, *(one for column in contract.columns for one in column.quality)]
    alone = [one.name or one.id for one in others].count(stated) == 1
    return stated if alone else f"{owner}.{stated}[{index}]"


def _unanswered(contract: Contract) -> Iterator[tuple[str, str]]:
    for level in contract.odcs.sla_properties:
        yield f"sla.{level.property}", "service levels are not measured by this version"
    references = [(column.stored_name, column.relationships) for column in contract.columns]
    for owner, relationships in [("table", contract.table.relationships), *references]:
        if relationships:
            yield f"{owner}.relationships", "foreign keys are not executed by this version"
