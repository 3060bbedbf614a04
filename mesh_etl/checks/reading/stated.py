"""The quality rules of a contract, each with its place, its name and what is said about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.found import About, mild
from mesh_etl.checks.reading.spots import Spot, spots
from mesh_etl.contract.table import Loc

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.quality import QualityRule


@dataclass(frozen=True)
class Stated:
    """A quality rule as a contract states it; `spot` is what it is about, None for the table.

    `alone` says that no other rule of the contract has the same name.
    """

    contract: Contract
    rule: QualityRule
    spot: Spot | None
    index: int
    alone: bool

    @property
    def path(self) -> str:
        """The path of the rule's column, '' for the table."""
        return self.spot.path if self.spot else ""

    @property
    def loc(self) -> Loc:
        """Where the rule stands in the contract's file."""
        return (*(self.spot.loc if self.spot else ("schema", 0)), "quality", self.index)

    @property
    def fails(self) -> bool:
        """Whether breaking the rule rejects a row or fails a run, or is only told."""
        return not mild(self.rule.severity)

    def where(self, *key: str | int) -> str:
        """The place of the rule, or of one of its keys, as file:line:column."""
        return self.contract.where(*self.loc, *key)

    def id(self, kind: str) -> str:
        """The rule's own name, with its place where other rules have the same: verdicts are told apart by it."""
        owner = self.path or "table"
        name = self.rule.name or self.rule.id
        if name is None:
            return f"{owner}.{kind}[{self.index}]"
        return name if self.alone else f"{owner}.{name}[{self.index}]"

    def about(self) -> About:
        """What the contract says about the rule."""
        note = ""
        if self.rule.schedule:
            note = f"its schedule '{self.rule.schedule}' is not followed: every run checks it"
        return About(self.where(), self.path, self.rule.dimension, self.rule.severity or "error", note)


def stated(contract: Contract) -> Iterator[Stated]:
    """Every quality rule of the contract, those of columns first, in the order of the file."""
    places: list[tuple[Spot | None, tuple[QualityRule, ...]]] = [(spot, spot.found.quality) for spot in spots(contract)]
    places.append((None, contract.table.quality))
    names = Counter(rule.name or rule.id for _, rules in places for rule in rules)
    for spot, rules in places:
        for index, rule in enumerate(rules):
            yield Stated(contract, rule, spot, index, names[rule.name or rule.id] == 1)
