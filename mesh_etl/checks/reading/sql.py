"""`type: sql`: the one value that a query over the table returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.dataset import STAGED, Query
from mesh_etl.checks.found import Found
from mesh_etl.checks.reading.stated import Stated, stated
from mesh_etl.contract.placeholders import render
from mesh_etl.contract.quality import SqlRule
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.expressions import select

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def sql_rules(contract: Contract) -> Iterator[Found]:
    """The queries of the contract. Raises `ConfigError` for one that is not allowed."""
    for one in stated(contract):
        if isinstance(one.rule, SqlRule) and not (one.spot and one.spot.steps):
            yield Found(_query(one, one.rule), one.about())


def _query(one: Stated, rule: SqlRule) -> Query:
    where = one.where("query")
    try:
        query = select(render(rule.query, STAGED, one.path or None))
    except ValueError as error:
        raise ConfigError(Fault("RULE_SQL", f"the query is refused: {error}", where)) from None
    others = [name for name in query.tables if name != STAGED]
    if others:
        problem = f"the query reads '{others[0]}'"
        raise ConfigError(Fault("RULE_SQL", problem, where, "a rule reads its own table alone: FROM {object}"))
    return Query(one.id("sql"), one.fails, query, rule.comparison)
