"""The quality rules of a contract as translators meet them: the rule, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_camel

from mesh_etl.checks.found import mild
from mesh_etl.checks.reading.library import NEVER
from mesh_etl.config.document import Loc
from mesh_etl.contract.comparison import OPERATORS
from mesh_etl.contract.quality import LibraryRule, QualityRule
from mesh_etl.exchange.facts import Facts

_CORE = ("type", "metric", "rule", "arguments", "validValues", "query", "engine", "implementation")


@dataclass(frozen=True)
class Stated:
    """One rule, and where it stands in the contract."""

    rule: QualityRule
    loc: Loc
    facts: Facts

    @property
    def never(self) -> bool:
        """Whether the rule forbids every row that breaks it."""
        return isinstance(self.rule, LibraryRule) and self.rule.comparison in NEVER

    @property
    def mild(self) -> bool:
        """Whether breaking the rule is only told."""
        return mild(self.rule.severity)

    def say(self, *more: str) -> None:
        """What is measured and what it must be is said, with the keys named in `more`."""
        for key in (*_CORE, "unit", *(to_camel(one) for one in OPERATORS), *more):
            self.facts.say(*self.loc, key)

    def lose(self, why: str) -> None:
        """The rule is not said, for the reason `why`."""
        for key in (*_CORE, "unit", *(to_camel(one) for one in OPERATORS)):
            self.facts.lose(why, *self.loc, key)

    def name(self) -> Any:
        """The rule's name, which is said; None where it has none."""
        return self.facts.say(*self.loc, "name")


def stated(facts: Facts, rules: tuple[QualityRule, ...], loc: Loc | None) -> Iterator[Stated]:
    """The rules of a table or a column that stands at `loc`."""
    if loc is not None:
        yield from (Stated(rule, (*loc, "quality", index), facts) for index, rule in enumerate(rules))
