"""`type: library`: the metrics that the standard names itself.

A metric that must be 0 rejects the rows that would raise it, so the table keeps the promise; any other comparison
counts the rows that were written and is held against the count.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.accepted import Accepted
from mesh_etl.checks.base import All, Rule, ValueRule, comparable, literal
from mesh_etl.checks.dataset import DatasetRule, Measure, Unique
from mesh_etl.checks.found import Found, Skipped
from mesh_etl.checks.inside import placed
from mesh_etl.checks.pattern import Pattern
from mesh_etl.checks.reading.stated import Stated, stated
from mesh_etl.checks.required import Missing, Required
from mesh_etl.contract.comparison import NONE, Comparison
from mesh_etl.contract.quality import LibraryRule

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

NEVER = (NONE, Comparison("must_be_less_or_equal_to", 0))
NO_ROW = (*NEVER, Comparison("must_be_less_than", 1))


def library_rules(contract: Contract) -> Iterator[Found]:
    """The rules that the contract's metrics ask for."""
    for one in stated(contract):
        if isinstance(one.rule, LibraryRule):
            yield from (Found(rule, one.about()) for rule in _rules(one, one.rule))


def _rules(one: Stated, rule: LibraryRule) -> Iterator[Rule | DatasetRule | Skipped]:
    name, percent = one.id(rule.measure), rule.unit == "percent"
    if rule.measure == "rowCount":
        yield Measure(name, one.fails, "", rule.comparison, percent)
    elif rule.measure == "duplicateValues":
        yield _duplicates(one, rule, name, percent)
    else:
        never = rule.comparison in (NEVER if percent else NO_ROW)
        test = _test(one, rule, name, one.fails and never)
        yield test
        if not never and isinstance(test, Rule):
            yield Measure(name, one.fails, test.id, rule.comparison, percent, test.text())


def _duplicates(one: Stated, rule: LibraryRule, name: str, percent: bool) -> DatasetRule | Skipped:
    if one.spot and one.spot.steps:
        return Skipped(name, "duplicates are counted in whole columns; uniqueItems is about the items of a list")
    stored = {column.name: column.stored_name for column in one.contract.columns}
    columns = [str(column) for column in rule.argument("properties") or ()]
    if any(column not in stored for column in columns):
        return Skipped(name, "a measure is computed by whoever reads, and no column stores it")
    keys = tuple(stored[column] for column in columns) if columns else (one.path,)
    return Unique(name, one.fails, keys, rule.comparison, percent)


def _test(one: Stated, rule: LibraryRule, name: str, rejects: bool) -> Rule | Skipped:
    assert one.spot is not None, "the lint refuses such metrics for a table"
    spot = one.spot

    def values(key: str) -> Iterator[Any]:
        for value in rule.argument(key) or ():
            with contextlib.suppress(ValueError):  # such as 'N/A' in a column of dates, where it cannot stand
                yield None if value is None else literal(value, spot.type)

    if rule.measure == "nullValues":
        return placed(spot, Required(name, spot.path, rejects))
    if not comparable(spot.type):
        return Skipped(name, f"values are not compared with a {spot.type.ddl().partition('<')[0]}")
    if rule.measure == "missingValues":
        return placed(spot, Missing(name, spot.path, rejects, tuple(values("missingValues"))))
    tests: list[ValueRule] = []
    if rule.argument("validValues"):
        tests.append(Accepted(name, spot.path, rejects, tuple(values("validValues"))))
    if rule.argument("pattern"):
        tests.append(Pattern(name, spot.path, rejects, str(rule.argument("pattern"))))
    return placed(spot, tests[0] if len(tests) == 1 else All(name, spot.path, rejects, tuple(tests)))
