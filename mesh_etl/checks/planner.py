"""From a contract to the rules that will be executed, and the list of those that will not be, each with the reason.

Row rules cost no scan of their own: they are tested on each batch on its way into the write. A library metric that
must be 0 and can be decided row by row is a row rule too, so that the table keeps the promise and the rows that would
break it are kept in quarantine. Each kind of rule is read by a file of its own in `reading/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mesh_etl.checks.base import Rule, Source
from mesh_etl.checks.dataset import DatasetRule, ForeignKey, Measure, Unique
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
from mesh_etl.checks.verdict import Status, Verdict
from mesh_etl.errors import ConfigError, Fault

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
    """All rules of a contract, by the way in which they are answered; `about` has every one of them by its id.

    `suppressed` has the rules that are put up with for now, by their ids, each with the reason. `keeps` says that rows
    of earlier commits stay in the table under the run, which are counted for rules over the whole table.
    """

    row: tuple[Rule, ...] = ()
    dataset: tuple[DatasetRule, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    about: Mapping[str, About] = field(default_factory=dict)
    suppressed: Mapping[str, str] = field(default_factory=dict)
    keeps: bool = False

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The row rules that an engine evaluates."""
        return tuple(rule for rule in self.row if isinstance(rule, Expression))

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Where the number behind each rule comes from, by the rule's id."""
        found: dict[str, Source] = {rule.id: rule.source for rule in self.row}
        return found | {rule.id: self._source(rule) for rule in self.dataset}

    def _source(self, rule: DatasetRule) -> Source:
        if isinstance(rule, Measure) and self.keeps:
            return "states" if rule.counts else "ledger"
        return rule.source

    @cached_property
    def unique(self) -> tuple[Unique, ...]:
        """The rules for which the write keeps hashes of keys; the others hold if one of these does (`implied`)."""
        found: list[Unique] = []
        for rule in sorted((one for one in self.dataset if isinstance(one, Unique)), key=lambda one: len(one.columns)):
            if not any(set(other.columns) <= set(rule.columns) for other in found):
                found.append(rule)
        return tuple(found)

    @property
    def implied(self) -> dict[str, str]:
        """Each rule about a key that holds a smaller key, with the rule about that: if (a) is unique, so is (a, b)."""
        kept = {one.id for one in self.unique}
        others = [one for one in self.dataset if isinstance(one, Unique) and one.id not in kept]
        return {
            rule.id: next(one.id for one in self.unique if set(one.columns) <= set(rule.columns)) for rule in others
        }

    @property
    def references(self) -> tuple[ForeignKey, ...]:
        """The foreign keys."""
        return tuple(rule for rule in self.dataset if isinstance(rule, ForeignKey))

    def counted(self, broken: Mapping[str, int]) -> Iterator[Verdict]:
        """The verdicts on row rules; where a measure counts what a rule finds, the measure has the verdict.

        `broken` has the rows that break each rule, by the rule's id.
        """
        measured = {rule.counts for rule in self.dataset if isinstance(rule, Measure)}
        for rule in self.row:
            if rule.id not in measured:
                rows = broken.get(rule.id, 0)
                status: Status = "passed" if not rows else "rejected rows" if rule.rejects else "warned"
                yield Verdict(rule.id, status, rows, rule.text())

    def described(self, verdict: Verdict) -> Verdict:
        """The verdict with what the contract says about its rule, and where its number comes from."""
        about = self.about.get(verdict.rule)
        if about is None:
            return verdict
        if verdict.status == "warned" and verdict.rule in self.suppressed:
            verdict = replace(verdict, status="suppressed", reason=self.suppressed[verdict.rule])
        return replace(
            verdict,
            column=about.column,
            dimension=about.dimension,
            severity=about.severity,
            source=verdict.source or self.sources.get(verdict.rule, ""),
        )

    def without(self, reasons: Mapping[str, str]) -> Checks:
        """The checks with these rules, given by their ids, not executed for these reasons."""
        return replace(
            self,
            row=tuple(rule for rule in self.row if rule.id not in reasons),
            dataset=tuple(rule for rule in self.dataset if rule.id not in reasons),
            skipped=(*self.skipped, *(Skipped(name, reason) for name, reason in reasons.items())),
        )


def planned(contract: Contract) -> Checks:
    """The rules of the contract, each exactly once.

    Raises `ConfigError` with all rules that cannot be understood, such as SQL that is not allowed (see `expressions/`).
    """
    found: list[Found] = []
    faults: list[Fault] = []
    for read in READERS:
        try:
            found += read(contract)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*faults)
    return Checks(
        tuple(one.rule for one in found if isinstance(one.rule, Rule)),
        tuple(one.rule for one in found if isinstance(one.rule, DatasetRule)),
        tuple(one.rule for one in found if isinstance(one.rule, Skipped)),
        {one.rule.id: one.about for one in found},
    )
