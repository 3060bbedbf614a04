"""`type: sql`: the one value that a query over the table returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.dataset import STAGED, Query
from mesh_etl.checks.found import Found, Skipped
from mesh_etl.checks.reading.spots import ITEM, KEY, VALUE
from mesh_etl.checks.reading.stated import Stated, stated
from mesh_etl.contract.placeholders import render
from mesh_etl.contract.quality import SqlRule
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.expressions import select

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def sql_rules(contract: Contract) -> Iterator[Found]:
    """The queries of the contract. Raises `ConfigError` with every one that is not allowed."""
    faults: list[Fault] = []
    for one in stated(contract):
        if isinstance(one.rule, SqlRule):
            try:
                yield Found(_query(one, one.rule), one.about())
            except ConfigError as error:
                faults += error.faults
    if faults:
        raise ConfigError(*faults)


def _query(one: Stated, rule: SqlRule) -> Query | Skipped:
    where = one.where("query")
    column = (one.spot.column, *one.spot.steps) if one.spot else None
    if column and {ITEM, KEY, VALUE} & set(column):
        return Skipped(one.id("sql"), "no column of a query is a part of a list or map: state it for the table")
    try:
        query = select(render(rule.query, STAGED, column))
    except ValueError as error:
        fix = "write one SELECT over {object}, the table that the rule is about"
        raise ConfigError(Fault("RULE_SQL", f"the query is refused: {error}", where, fix)) from None
    others = [name for name in query.tables if name != STAGED]
    if others:
        problem = f"the query reads '{others[0]}'"
        fix = "a rule reads its own table alone: FROM {object}; keys of other tables are relationships"
        raise ConfigError(Fault("RULE_SQL", problem, where, fix))
    names = {column.name for column in one.contract.schema}
    known = {name.lower() for name in names} | query.aliases
    unknown = [name for name in query.columns_of(STAGED) or () if name.lower() not in known]
    if unknown:
        problem = f"the query names '{unknown[0]}', which is no column"
        raise ConfigError(Fault("COLUMN_MISSING", problem, where, did_you_mean(unknown[0], names)))
    return Query(one.id("sql"), one.fails, query, rule.comparison)
