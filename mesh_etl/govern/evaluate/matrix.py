"""Who can see how much of what: an answer for each principal and each table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mesh_etl.govern.evaluate.answer import Verdict
from mesh_etl.govern.evaluate.evaluator import Evaluator
from mesh_etl.govern.state import Table

# The classifications that need no care; a column of any other is counted apart.
# An unclassified column counts as open, because nobody said otherwise.
OPEN_CLASSES = frozenset({"", "public", "internal"})
Classes = Mapping[Table, Mapping[str, str]]  # the classification of each column, by the table's central entry


@dataclass(frozen=True, slots=True)
class Square:
    """What one principal can see of one table.

    `shown` and `masked` are numbers of columns out of `of`; `guarded` are the columns that are shown unmasked and whose
    classification asks for care. `filtered` is whether rows are held back.
    """

    principal: str
    table: Table
    verdict: Verdict
    shown: int
    masked: int
    of: int
    guarded: tuple[str, ...]
    filtered: bool
    rights: frozenset[str]


def matrix(
    evaluator: Evaluator, principals: Iterable[str], tables: Collection[Table], classes: Classes
) -> Iterator[Square]:
    """The squares of all principals and tables, principal by principal, also where nothing is seen."""
    guarded = {table: guarded_of(classes.get(table, {})) for table in tables}
    for principal in principals:
        for table in tables:
            answer = evaluator.access(principal, table)
            if not answer.portions and not answer.views:
                yield Square(principal, table, "denied", 0, 0, len(answer.names), (), False, answer.rights)
                continue
            shown, masked, filtered = answer.shown, 0, bool(answer.rows)
            if answer.views:
                seen = answer.columns.values()
                shown = frozenset(one.name for one in seen if one.verdict == "allowed")
                masked = sum(one.verdict == "masked" for one in seen)
                filtered = any(one.rows for one in seen)
            yield Square(
                principal,
                table,
                answer.verdict,
                len(shown),
                masked,
                len(answer.names),
                tuple(sorted(shown & guarded[table])),
                filtered,
                answer.rights,
            )


def guarded_of(classes: Mapping[str, str]) -> frozenset[str]:
    """The columns whose classification asks for care."""
    return frozenset(name for name, word in classes.items() if word.lower() not in OPEN_CLASSES)
