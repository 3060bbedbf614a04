"""`implementation: {check: ...}`: a registered check with its arguments and, for the table, a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from mesh_etl.checks.custom import CheckContext, check
from mesh_etl.config.document import Document
from mesh_etl.config.validate import validate
from mesh_etl.contract.comparison import OPERATORS
from mesh_etl.contract.odcs import BETWEEN, INCLUSIVE
from mesh_etl.contract.quality import MeasuredRule
from mesh_etl.errors import ConfigError, Fault, did_you_mean

if TYPE_CHECKING:
    from mesh_etl.checks.base import Rule
    from mesh_etl.checks.dataset import DatasetRule
    from mesh_etl.checks.reading.stated import Stated
    from mesh_etl.contract.comparison import Comparison

M = TypeVar("M", bound=BaseModel)
COMPARISONS = tuple(to_camel(operator) for operator in OPERATORS)


def named(one: Stated, body: dict[str, Any]) -> Rule | DatasetRule:
    """The rule of the named check. Raises `ConfigError` for an unknown check, wrong arguments and a wrong place."""
    name = str(body["check"])
    if name not in set(check):
        raise ConfigError(
            _fault(one, "UNKNOWN_CHECK", f"there is no check '{name}'", did_you_mean(name, check), "check")
        )
    arguments = {key: value for key, value in body.items() if key != "check" and key not in COMPARISONS}
    found = _valid(one, check[name], {"type": name, **arguments})
    context = CheckContext(one.contract, one.id(name), one.fails, one.spot, _comparison(one, body))
    if refused := found.refusal(context):
        raise ConfigError(_fault(one, "CHECK_REFUSED", f"check '{name}': {refused[0]}", refused[1]))
    return found.rule(context)


def _comparison(one: Stated, body: dict[str, Any]) -> Comparison | None:
    stated = {key: value for key, value in body.items() if key in COMPARISONS}
    if not stated:
        return None
    rule = _valid(one, MeasuredRule, {"type": "custom", **stated})
    if one.contract.odcs.custom(BETWEEN) == INCLUSIVE:
        rule.close_intervals()
    return rule.comparison


def _valid(one: Stated, model: type[M], data: dict[str, Any]) -> M:
    try:
        return model.model_validate(data)
    except ValidationError:
        top = (*one.loc, "implementation")
        whole = one.contract.document
        places = {loc[len(top) :]: place for loc, place in whole.places.items() if loc[: len(top)] == top}
        return validate(model, Document(whole.name, data, places))


def _fault(one: Stated, code: str, problem: str, fix: str, *key: str) -> Fault:
    return Fault(code, problem, one.where("implementation", *key), fix)
