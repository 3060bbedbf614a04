"""What a change of the configuration lets people see that they could not see before, and what it takes away.

Judged by what grants give, whether or not a resource link leads there yet: a link can be made without asking anybody,
and some engines need none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mesh_etl.govern.evaluate.answer import Access, ColumnAccess
from mesh_etl.govern.evaluate.evaluator import Evaluator
from mesh_etl.govern.state import Table

_RANK = {"denied": 0, "masked": 1, "allowed": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """What one principal gains or loses: columns that are shown, unmasked or hidden, rows of them, or a right.

    `columns` are those of one table to which the same happens; it is empty for a right.
    """

    widens: bool
    kind: Literal["columns", "rows", "right", "administers"]
    principal: str
    table: Table
    columns: tuple[str, ...]
    before: str
    after: str


def changes(
    before: Evaluator, after: Evaluator, principals: Iterable[str], tables: Iterable[Table]
) -> Iterator[Change]:
    """What changes from one state to the other, for these principals and tables, in their order."""
    every = tuple(tables)
    for principal in principals:
        for table in every:
            old, new = before.access(principal, table), after.access(principal, table)
            yield from _columns(old, new)
            yield from _rights(old, new)


def _columns(old: Access, new: Access) -> Iterator[Change]:
    grouped: dict[tuple[ColumnAccess, ColumnAccess], list[str]] = {}
    for name in dict.fromkeys((*new.names, *old.names)):
        one, other = old.granted(name), new.granted(name)
        if one != other:
            key = (_nameless(one), _nameless(other))
            grouped.setdefault(key, []).append(name)
    for (one, other), names in grouped.items():
        yield from _compared(old, one, other, tuple(names))


def _compared(old: Access, one: ColumnAccess, other: ColumnAccess, names: tuple[str, ...]) -> Iterator[Change]:
    rank = _RANK[other.verdict] - _RANK[one.verdict]
    if rank:
        yield Change(rank > 0, "columns", old.principal, old.table, names, one.verdict, other.verdict)
    if one.verdict == "denied" or other.verdict == "denied":
        return
    # Conditions are compared as text: another condition counts as other rows, so that nothing is passed over.
    before, after = _rows(one), _rows(other)
    if _more(one.rows, other.rows):
        yield Change(True, "rows", old.principal, old.table, names, before, after)
    elif _more(other.rows, one.rows):
        yield Change(False, "rows", old.principal, old.table, names, before, after)


def _more(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether the new conditions may show a row that the old ones did not; none stands for all rows."""
    return bool(old) and (not new or not set(new) <= set(old))


def _rights(old: Access, new: Access) -> Iterator[Change]:
    gained, lost = _told(new) - old.rights, _told(old) - new.rights
    if gained:
        yield Change(True, "right", old.principal, old.table, (), "", ", ".join(sorted(gained)))
    if lost:
        yield Change(False, "right", old.principal, old.table, (), ", ".join(sorted(lost)), "")
    for account in sorted({*new.administers} ^ {*old.administers}):
        widens = account in new.administers
        words = ("", account) if widens else (account, "")
        yield Change(widens, "administers", old.principal, old.table, (), *words)


def _told(answer: Access) -> frozenset[str]:
    """The rights that are not told column by column: SELECT is, and DESCRIBE where some column is seen."""
    return answer.rights - ({"SELECT", "DESCRIBE"} if answer.given else {"SELECT"})


def _nameless(one: ColumnAccess) -> ColumnAccess:
    return ColumnAccess("", one.verdict, one.rows)


def _rows(one: ColumnAccess) -> str:
    return " or ".join(f"({rows})" for rows in one.rows) if one.rows else "all rows"
