"""`type: library`: the metrics that the standard names itself.

A metric that must be 0 rejects the rows that would raise it, so the table keeps the promise; any other comparison
counts the rows that were written and is held against the count.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.accepted import Accepted
from mesh_etl.checks.base import Rule, literal
from mesh_etl.checks.dataset import DatasetRule, Measure, Unique
from mesh_etl.checks.found import Found
from mesh_etl.checks.pattern import Pattern
from mesh_etl.checks.reading.stated import Stated, stated
from mesh_etl.checks.required import Missing, Required
from mesh_etl.contract.comparison import NONE, Comparison
from mesh_etl.contract.quality import LibraryRule

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

NEVER = (NONE, Comparison("must_be_less_or_equal_to", 0), Comparison("must_be_less_than", 1))


def library_rules(contract: Contract) -> Iterator[Found]:
    """The rules that the contract's metrics ask for."""
    for one in stated(contract):
        if isinstance(one.rule, LibraryRule) and not (one.spot and one.spot.steps):
            yield from (Found(rule, one.about()) for rule in _rules(one, one.rule))


def _rules(one: Stated, rule: LibraryRule) -> Iterator[Rule | DatasetRule]:
    name, percent = one.id(rule.measure), rule.unit == "percent"
    if rule.measure == "rowCount":
        yield Measure(name, one.fails, "", rule.comparison, percent)
    elif rule.measure == "duplicateValues":
        columns = tuple(rule.argument("properties") or ()) or (one.path,)
        yield Unique(name, one.fails, columns, rule.comparison, percent)
    else:
        never = rule.comparison in NEVER
        tests = list(_tests(one, rule, name, one.fails and never))
        yield from tests
        if not never:
            yield from (Measure(name, one.fails, test.id, rule.comparison, percent) for test in tests)


def _tests(one: Stated, rule: LibraryRule, name: str, rejects: bool) -> Iterator[Rule]:
    assert one.spot is not None, "the lint refuses such metrics for a table"
    column, kind = one.spot.column, one.spot.type

    def values(key: str) -> Iterator[Any]:
        for value in rule.argument(key) or ():
            with contextlib.suppress(ValueError):  # such as 'N/A' in a column of dates, where it cannot stand
                yield None if value is None else literal(value, kind)

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
