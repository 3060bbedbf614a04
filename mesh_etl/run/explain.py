"""How the rules of a contract are answered, and what that costs, without reading any data.

Everything here is counted on the objects that a run works with: its checks, its queries, and the tables at hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mesh_etl.checks import Checks
from mesh_etl.checks.base import Rule, Source
from mesh_etl.checks.dataset import DatasetRule, Query
from mesh_etl.checks.found import About
from mesh_etl.checks.scans import scans
from mesh_etl.contract.types import Schema
from mesh_etl.expressions.totals import total
from mesh_etl.plan.references import Referred
from mesh_etl.run.answers.totals import answerable

WRITE: tuple[Source, ...] = ("write", "engine", "counts", "keys")


@dataclass(frozen=True)
class Answer:
    """How one rule is answered; `implied_by` is the rule about a smaller key that settles it where that holds."""

    rule: str
    text: str
    source: Source
    effect: str
    about: About
    implied_by: str = ""
    against: str = ""


@dataclass(frozen=True)
class Cost:
    """What the rules cost beside the write.

    `in_the_write` of them are answered by the one pass that reads the input and writes. `through_engine` says whether
    rows pass through an engine for their sake alone. `keys` are the column sets of which the pass keeps hashes. Of the
    staged table, the columns of `plain_queries` are read once, without an engine; an engine scans it `scans` times for
    `scanning` rules, and may move rows between tasks `shuffles` times for them; of `foreign_keys` the columns alone are
    read, and `tables` are looked into.
    """

    in_the_write: int
    through_engine: bool
    keys: tuple[tuple[str, ...], ...]
    plain_queries: int
    scans: int
    scanning: int
    shuffles: int
    foreign_keys: int
    tables: tuple[str, ...]


def answers(checks: Checks, referred: Mapping[str, Referred]) -> tuple[Answer, ...]:
    """Every rule that is executed: those of rows, then those of the table."""
    compared = {rule.id for rule in checks.dataset}  # a row rule of the same name only counts for these
    alone = [rule for rule in checks.row if rule.id not in compared]
    rows = [_answer(rule, "rejects the row" if rule.rejects else "is counted", checks) for rule in alone]
    whole = [_answer(rule, "fails the run" if rule.fails else "is told", checks) for rule in checks.dataset]
    against = {rule.id: referred[rule.table].version for rule in checks.references if rule.table}
    implied = checks.implied
    return tuple(
        replace(one, implied_by=implied.get(one.rule, ""), against=against.get(one.rule, "")) for one in (*rows, *whole)
    )


def cost(checks: Checks, referred: Mapping[str, Referred], schema: Schema, steps: bool) -> Cost:
    """What the executed rules cost beside the write itself; `steps` says that the job has some."""
    queries = [rule for rule in checks.dataset if isinstance(rule, Query)]
    plain = {rule.id for rule in queries if (one := total(rule.query)) and answerable(one, schema)}
    looks = scans([rule for rule in queries if rule.id not in plain])
    others = sum(rule.source == "scan" and not isinstance(rule, Query) for rule in checks.dataset)
    return Cost(
        in_the_write=sum(source in WRITE for source in checks.sources.values()),
        through_engine=bool(checks.expressions) and not steps,
        keys=tuple(rule.columns for rule in checks.unique),
        plain_queries=len(plain),
        scans=len(looks) + others,
        scanning=len(queries) - len(plain) + others,
        shuffles=sum(look.shuffles for look in looks),
        foreign_keys=len(checks.references),
        tables=tuple(sorted(referred[name].version for name in {rule.table for rule in checks.references} if name)),
    )


def by_source(checks: Checks) -> dict[Source, int]:
    """How many rules each way of answering has, the most frequent first."""
    return dict(Counter(checks.sources.values()).most_common())


def _answer(rule: Rule | DatasetRule, effect: str, checks: Checks) -> Answer:
    return Answer(rule.id, rule.text(), checks.sources[rule.id], effect, checks.about.get(rule.id, About("")))
