"""`type: custom`: expressions, named checks and DQDL; those of other engines are not executed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.expression import Expression
from mesh_etl.checks.found import Found, Skipped
from mesh_etl.checks.reading.dqdl import dqdl_rules
from mesh_etl.checks.reading.named import named
from mesh_etl.checks.reading.stated import Stated, stated
from mesh_etl.contract.quality import CustomRule
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.expressions import expression

if TYPE_CHECKING:
    from mesh_etl.checks.base import Rule
    from mesh_etl.checks.dataset import DatasetRule
    from mesh_etl.contract.load import Contract

_SHAPES = "write {expression: 'ship_date <= receipt_date'} or {check: checksum, algorithm: iban}"


def custom_rules(contract: Contract) -> Iterator[Found]:
    """The custom rules of the contract. Raises `ConfigError` with all those that cannot be understood."""
    faults: list[Fault] = []
    for one in stated(contract):
        if isinstance(one.rule, CustomRule):
            try:
                yield from _read(one, one.rule)
            except ConfigError as error:
                faults += error.faults
    if faults:
        raise ConfigError(*faults)


def _read(one: Stated, rule: CustomRule) -> Iterator[Found]:
    if rule.engine == "mesh_etl":
        yield Found(_own(one, rule.implementation), one.about())
    elif rule.engine == "dqdl":
        yield from dqdl_rules(one, rule.implementation)
    else:
        yield Found(Skipped(one.id("custom"), f"engine '{rule.engine}' is foreign"), one.about())


def _own(one: Stated, body: str | dict[str, Any]) -> Rule | DatasetRule | Skipped:
    if isinstance(body, dict) and "check" in body:
        return named(one, body)
    if isinstance(body, dict) and set(body) != {"expression"}:
        problem = "a mesh_etl rule has the one key 'expression', or the key 'check' with its arguments"
        raise ConfigError(Fault("RULE_SQL", problem, one.where("implementation"), _SHAPES))
    return _expression(one, str(body["expression"]) if isinstance(body, dict) else body)


def _expression(one: Stated, text: str) -> Expression | Skipped:
    where = one.where("implementation")
    if one.spot and one.spot.steps:
        return Skipped(one.id("expression"), "an expression is about whole rows: state it for the column or the table")
    try:
        parsed = expression(text)
    except ValueError as error:
        fix = "write one condition on the table's own columns, such as 'ship_date <= receipt_date'"
        raise ConfigError(Fault("RULE_SQL", f"the expression is refused: {error}", where, fix)) from None
    names = {column.name for column in one.contract.schema}
    for name in parsed.columns:
        if name not in names:
            problem = f"the expression names '{name}', which is no column"
            raise ConfigError(Fault("COLUMN_MISSING", problem, where, did_you_mean(name, names)))
    answer = f"_mesh_rule_{one.path or 'table'}_{one.index}"
    return Expression(one.id("expression"), one.path, one.fails, parsed, answer)
