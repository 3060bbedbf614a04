"""The answer to who can see what: verdicts, and the facts that decide them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from mesh_etl.govern.state import GrantKey, Resource, Table

Verdict = Literal["allowed", "partly", "denied"]
ColumnVerdict = Literal["allowed", "masked", "denied"]

# What stands between a principal and a table.
Lack = Literal[
    "no-table",  # there is no such table in the catalogue
    "no-grant",  # nothing gives a right on it
    "no-share",  # the catalogue is not shared with the principal's account
    "share-pending",  # the invitation waits to be accepted
    "share-ended",  # the invitation expired or was turned down
    "not-passed-on",  # the account has it, and gave it to no role of its own
    "not-to-pass-on",  # the account's own grant rests on one without the grant option
    "no-account-grant",  # the account's own grant rests on nothing
    "no-filter",  # the grant names a data cells filter that does not exist
    "no-expression",  # the grant names a saved expression that does not exist
    "no-link",  # the principal's account has no resource link to it
    "no-describe",  # the principal may not see the resource link
]


@dataclass(frozen=True, slots=True)
class Portion:
    """Columns that are shown in the rows that meet a condition, empty for all rows, and the grants that show them.

    `grants` are in the order in which they lead to the principal: one, or that of the account and the account's own.
    """

    columns: frozenset[str]
    rows: str
    grants: tuple[GrantKey, ...]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A piece that lacks: what kind, in which account, and the grant, the link or the filter that it is about."""

    lack: Lack
    account: str
    about: GrantKey | Resource | None = None


@dataclass(frozen=True, slots=True)
class ColumnAccess:
    """What is seen of one column.

    `rows` are the conditions of which a row must meet one, empty for all rows. `through` is the view that shows the
    column, where the table itself does not.
    """

    name: str
    verdict: ColumnVerdict
    rows: tuple[str, ...] = ()
    through: Table | None = None


class Through(NamedTuple):
    """A view on the table, the columns that it masks, and what the principal can see of it."""

    view: Table
    masked: frozenset[str]
    answer: Access


@dataclass(frozen=True)
class Access:
    """What one principal can see of one table.

    `given` is what the grants give, and `portions` is what can be read by it: nothing, where a resource link or the
    right to see it lacks. A link protects nothing, because some engines go without: what a change opens is to be
    judged by `given`. `views` are the readable views on the table, each with its own answer. `rights` are those on
    the whole table, SELECT only with all columns and rows.

    The portions of several grants add up. A row is seen that one of them shows, and in it those columns whose own
    portions show the row; the other cells are empty. Engines are told so by `RowFilter` and `CellFilters`.
    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html,
    https://docs.aws.amazon.com/glue/latest/webapi/API_GetUnfilteredTableMetadata.html
    """

    principal: str
    table: Table
    names: tuple[str, ...]
    given: tuple[Portion, ...]
    portions: tuple[Portion, ...]
    rights: frozenset[str]
    by_right: Mapping[str, tuple[GrantKey, ...]]
    obstacles: tuple[Obstacle, ...]
    views: tuple[Through, ...] = ()
    unenforced: tuple[GrantKey, ...] = ()  # grants to IAMAllowedPrincipals: IAM alone decides
    administers: tuple[str, ...] = ()  # accounts on the way whose Lake Formation administrator the principal is
    where: str = ""  # of a view: the condition on rows that the view itself holds

    @cached_property
    def columns(self) -> Mapping[str, ColumnAccess]:
        """Each column of the table, in its order."""
        return {name: self._column(name, self.portions) for name in self.names}

    @cached_property
    def verdict(self) -> Verdict:
        """allowed: all cells of the table; denied: none at all; partly: anything between."""
        if not self.portions and not any(one.answer.portions for one in self.views):
            return "denied"
        return "allowed" if self.portions and self.of_all_rows >= set(self.names) else "partly"

    @cached_property
    def of_all_rows(self) -> frozenset[str]:
        """The columns of the table itself that are shown in every row."""
        return frozenset().union(*(one.columns for one in self.portions if not one.rows))

    @cached_property
    def shown(self) -> frozenset[str]:
        """The columns of the table itself that are shown in some row."""
        return frozenset().union(*(one.columns for one in self.portions))

    @property
    def rows(self) -> tuple[str, ...]:
        """The conditions of which a row must meet one to be seen; empty for all rows, or where nothing is seen."""
        return _any(one.rows for one in self.portions)

    @property
    def denied(self) -> bool:
        """Whether nothing is seen."""
        return self.verdict == "denied"

    def column(self, name: str) -> ColumnAccess:
        """What is seen of the column; one that the table does not have is denied."""
        return self.columns.get(name) or ColumnAccess(name, "denied")

    def granted(self, name: str) -> ColumnAccess:
        """What the grants give of the column, whether or not a resource link leads there."""
        return self._column(name, self.given)

    def _column(self, name: str, portions: tuple[Portion, ...]) -> ColumnAccess:
        own = tuple(one.rows for one in portions if name in one.columns)
        shown: list[str] = [*own]
        masked: list[str] = []
        through: dict[ColumnVerdict, Table] = {}
        for view, hidden, answer in self.views:
            of = answer.given if portions is self.given else answer.portions
            rows = [both(answer.where, one.rows) for one in of if name in one.columns]
            if rows:
                (masked if name in hidden else shown).extend(rows)
                through.setdefault("masked" if name in hidden else "allowed", view)
        if shown:
            return ColumnAccess(name, "allowed", _any(shown), None if own else through["allowed"])
        if masked:
            return ColumnAccess(name, "masked", _any(masked), through["masked"])
        return ColumnAccess(name, "denied")


def _any(conditions: Iterable[str]) -> tuple[str, ...]:
    """The conditions of which one must hold; none where one of them always does."""
    found = sorted(set(conditions))
    return () if "" in found else tuple(found)


def both(one: str, other: str) -> str:
    """The condition that holds where both do; an empty one always holds."""
    if not one or not other or one == other:
        return one or other
    return f"({one}) and ({other})"
