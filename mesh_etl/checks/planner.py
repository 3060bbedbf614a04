"""From a contract to the rules that will be executed, and the list of those that will not be, each with the reason.

Row rules cost no scan of their own: they are tested on each batch on its way into the write. A library metric that
must be 0 and can be decided row by row is a row rule too, so that the table keeps the promise and the rows that would
break it are kept in quarantine. Each kind of rule is read by a file of its own in `reading/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mesh_etl.checks.base import Rule, Source
from mesh_etl.checks.dataset import DatasetRule, Unique
from mesh_etl.checks.expression import Expression
from mesh_etl.checks.found import About, Found, Skipped
from mesh_etl.checks.reading.columns import column_rules
from mesh_etl.checks.reading.custom import custom_rules
from mesh_etl.checks.reading.keys import key_rules
from mesh_etl.checks.reading.levels import level_rules
from mesh_etl.checks.reading.library import library_rules
from mesh_etl.checks.reading.prose import prose_rules
from mesh_etl.checks.reading.relationships import relationship_rules
from mesh_etl.checks.reading.sql import sql_rules

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

READERS: tuple[Callable[[Contract], Iterator[Found]], ...] = (
    column_rules,
    library_rules,
    sql_rules,
    custom_rules,
    prose_rules,
    key_rules,
    relationship_rules,
    level_rules,
)


@dataclass(frozen=True)
class Checks:
    """All rules of a contract, by the way in which they are answered; `about` has every one of them by its id."""

    row: tuple[Rule, ...] = ()
    dataset: tuple[DatasetRule, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    about: Mapping[str, About] = field(default_factory=dict)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The row rules that an engine evaluates."""
        return tuple(rule for rule in self.row if isinstance(rule, Expression))

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Where the number behind each rule comes from, by the rule's id."""
        found: dict[str, Source] = {rule.id: rule.source for rule in self.row}
        return found | {rule.id: rule.source for rule in self.dataset}

    @property
    def unique(self) -> tuple[Unique, ...]:
        """The rules for which the write keeps hashes of keys."""
        return tuple(rule for rule in self.dataset if isinstance(rule, Unique))


def planned(contract: Contract) -> Checks:
    """The rules of the contract, each exactly once.

    Raises `ConfigError` for SQL in a rule that is not allowed (see `expressions/`).
    """
    found = [one for read in READERS for one in read(contract)]
    return Checks(
        tuple(one.rule for one in found if isinstance(one.rule, Rule)),
        tuple(one.rule for one in found if isinstance(one.rule, DatasetRule)),
        tuple(one.rule for one in found if isinstance(one.rule, Skipped)),
        {one.rule.id: one.about for one in found},
    )
