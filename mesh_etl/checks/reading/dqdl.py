"""`type: custom, engine: dqdl`: a ruleset of AWS Glue Data Quality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mesh_etl.checks.base import Rule
from mesh_etl.checks.dataset import Unique
from mesh_etl.checks.dqdl import Malformed, ruleset, translated
from mesh_etl.checks.dqdl.rules import Outcome
from mesh_etl.checks.found import About, Found
from mesh_etl.checks.reading.stated import Stated
from mesh_etl.errors import ConfigError, Fault


def dqdl_rules(one: Stated, body: str | dict[str, Any]) -> Iterator[Found]:
    """The rules of the ruleset, numbered where there are several.

    Raises `ConfigError` RULE_DQDL for text that is no DQDL, and for rules that cannot hold of this table.
    """
    where = one.where("implementation")
    if not isinstance(body, str):
        fix = """write it as text: implementation: 'Rules = [ IsComplete "id" ]'"""
        raise ConfigError(Fault("RULE_DQDL", "a ruleset is text", where, fix))
    try:
        found = list(ruleset(body))
    except Malformed as error:
        line, column = body.count("\n", 0, error.offset) + 1, error.offset - body.rfind("\n", 0, error.offset)
        problem = f"{error}, in line {line}, column {column} of the ruleset"
        fix = "mend it there; docs/checks.md has the rules that are read"
        raise ConfigError(Fault("RULE_DQDL", problem, where, fix)) from None
    faults = []
    for number, rule in enumerate(found, 1):
        name = one.id("dqdl") if len(found) == 1 else f"{one.id('dqdl')}.{number}"
        try:
            outcomes = list(translated(rule, name, one.fails, one.contract))
        except ValueError as error:
            fix = "change the rule, or the column that it is about"
            faults.append(Fault("RULE_DQDL", f"rule {number} of the ruleset: {error}", where, fix))
        else:
            yield from (Found(outcome, _about(one, outcome)) for outcome in outcomes)
    if faults:
        raise ConfigError(*faults)


def _about(one: Stated, outcome: Outcome) -> About:
    column = outcome.column if isinstance(outcome, Rule) else one.path
    if isinstance(outcome, Unique) and len(outcome.columns) == 1:
        column = outcome.columns[0]
    return replace(one.about(), column=column)
