"""`type: custom`: rules in the language of `mesh_etl`; those of other engines are not executed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.expression import Expression
from mesh_etl.checks.found import Found, Skipped
from mesh_etl.checks.reading.stated import Stated, stated
from mesh_etl.contract.quality import CustomRule
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.expressions import expression

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def custom_rules(contract: Contract) -> Iterator[Found]:
    """The custom rules of the contract. Raises `ConfigError` for one that cannot be understood."""
    for one in stated(contract):
        if not isinstance(one.rule, CustomRule) or (one.spot and one.spot.steps):
            continue
        if one.rule.engine == "mesh_etl":
            yield Found(_expression(one, one.rule), one.about())
        else:
            yield Found(Skipped(one.id("custom"), f"engine '{one.rule.engine}' is foreign"), one.about())


def _expression(one: Stated, rule: CustomRule) -> Expression:
    where, body = one.where("implementation"), rule.implementation
    if isinstance(body, dict) and set(body) != {"expression"}:
        fix = "write implementation: {expression: 'ship_date <= receipt_date'}"
        raise ConfigError(Fault("RULE_SQL", "a mesh_etl rule has exactly one key, 'expression'", where, fix))
    try:
        parsed = expression(str(body["expression"]) if isinstance(body, dict) else body)
    except ValueError as error:
        raise ConfigError(Fault("RULE_SQL", f"the expression is refused: {error}", where)) from None
    names = {column.name for column in one.contract.schema}
    for name in parsed.columns:
        if name not in names:
            problem = f"the expression names '{name}', which is no column"
            raise ConfigError(Fault("COLUMN_MISSING", problem, where, did_you_mean(name, names)))
    answer = f"_mesh_rule_{one.path or 'table'}_{one.index}"
    return Expression(one.id("expression"), one.path, one.fails, parsed, answer)
