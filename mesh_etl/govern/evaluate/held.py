"""What is written for one principal in the Lake Formation of one account, ready to be asked about a table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from mesh_etl.govern.evaluate.effective import Effective, Subject, Vector, matches
from mesh_etl.govern.state import (
    AllTables,
    Columns,
    ColumnsBut,
    Database,
    Expression,
    Filter,
    GrantKey,
    Rights,
    State,
    Table,
    Tagged,
)

# What ALL stands for on a table.
# Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
EVERYTHING = frozenset({"SELECT", "INSERT", "DELETE", "ALTER", "DROP", "DESCRIBE"})


class Reach(NamedTuple):
    """What one grant gives on one table, or the account's grant and the one that rests on it.

    `columns` are shown in the rows that meet `rows`; None where there is no SELECT. `rights` are all that are given
    on the whole table, and `grantable` what may be given on.
    """

    grants: tuple[GrantKey, ...]
    columns: frozenset[str] | None
    rows: str
    rights: frozenset[str]
    grantable: frozenset[str]


class _Grant(NamedTuple):
    key: GrantKey
    permissions: frozenset[str]
    grantable: frozenset[str]


@dataclass
class Held:
    """The grants of one principal, by what they are about."""

    named: dict[Table, list[_Grant]] = field(default_factory=lambda: defaultdict(list))
    whole: dict[Database, list[_Grant]] = field(default_factory=lambda: defaultdict(list))
    tagged: dict[str, list[tuple[Expression, _Grant]]] = field(default_factory=lambda: defaultdict(list))
    databases: dict[Database, list[_Grant]] = field(default_factory=lambda: defaultdict(list))
    tagged_databases: dict[str, list[tuple[Expression, _Grant]]] = field(default_factory=lambda: defaultdict(list))
    unresolved: dict[str, list[GrantKey]] = field(default_factory=lambda: defaultdict(list))
    _matched: dict[tuple[str, int], list[_Grant]] = field(default_factory=dict)

    def add(self, state: State, key: GrantKey, rights: Rights) -> None:
        """The grant is among those held."""
        grant = _Grant(key, _spelled_out(rights.permissions), _spelled_out(rights.grantable))
        match key.resource:
            case Table():
                self.named[key.resource].append(grant)
            case Columns(table) | ColumnsBut(table) | Filter(table):
                self.named[table].append(grant)
            case AllTables(catalog, database):
                self.whole[Database(catalog, database)].append(grant)
            case Database():
                self.databases[key.resource].append(grant)
            case Tagged(catalog, kind, written, saved):
                expression = state.expressions.get((catalog, saved), ()) if saved else written
                if saved and not expression:
                    self.unresolved[catalog].append(key)
                place = self.tagged_databases if kind == "DATABASE" else self.tagged
                place[catalog].append((expression, grant))

    def reaches(self, state: State, subject: Subject, effective: Effective) -> list[Reach]:
        """What each of the grants gives on the table."""
        found = [_named(state, grant, subject.whole) for grant in self.named.get(subject.table, ())]
        if self.whole:
            found += [_reach(one, subject.whole, "", one.permissions) for one in self.whole.get(subject.database, ())]
        if subject.table.catalog in self.tagged:
            found += self._by_tag(subject, effective)
        return found

    def sees_database(self, database: Database, tags: Vector) -> bool:
        """Whether any right on the database is held: each lets it be seen."""
        tagged = self.tagged_databases.get(database.catalog, ())
        return bool(self.databases.get(database)) or any(matches(expression, tags) for expression, _ in tagged)

    def sees_table(self, subject: Subject, effective: Effective) -> bool:
        """Whether any right on the table or resource link is held: each lets it be seen."""
        named = self.named.get(subject.table) or self.whole.get(subject.database)
        catalog = subject.table.catalog
        return bool(named or (catalog in self.tagged and self._matching(catalog, subject.tags, effective)))

    def _by_tag(self, subject: Subject, effective: Effective) -> list[Reach]:
        catalog, names = subject.table.catalog, subject.whole
        if not names:  # a table whose columns are not known yet is judged by its own tags
            return [_reach(one, names, "", one.permissions) for one in self._matching(catalog, subject.tags, effective)]
        shown: dict[int, tuple[_Grant, frozenset[str]]] = {}
        for tags, group in subject.groups:
            for grant in self._matching(catalog, tags, effective):
                before = shown.get(id(grant))
                shown[id(grant)] = (grant, before[1] | group if before else group)
        # Rights on the whole table need tags that match for all of its columns.
        # Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html
        return [
            _reach(grant, columns, "", grant.permissions if len(columns) == len(names) else frozenset())
            for grant, columns in shown.values()
        ]

    def _matching(self, catalog: str, tags: int, effective: Effective) -> list[_Grant]:
        known = self._matched.get((catalog, tags))
        if known is None:
            known = [grant for expression, grant in self.tagged[catalog] if effective.matches(expression, tags)]
            self._matched[catalog, tags] = known
        return known


def _named(state: State, grant: _Grant, names: frozenset[str]) -> Reach:
    match grant.key.resource:
        case Columns(_, listed):
            return _reach(grant, names & frozenset(listed), "", frozenset())
        case ColumnsBut(_, excluded):
            return _reach(grant, names - frozenset(excluded), "", frozenset())
        case Filter() as resource:
            cells = state.filters.get(resource)
            if cells is None:
                return Reach((grant.key,), None, "", frozenset(), frozenset())
            shown = names - frozenset(cells.excluded) if cells.columns is None else names & frozenset(cells.columns)
            return _reach(grant, shown, _condition(cells.rows), frozenset())
    return _reach(grant, names, "", grant.permissions)


def _reach(grant: _Grant, columns: frozenset[str], rows: str, rights: frozenset[str]) -> Reach:
    selects = "SELECT" in grant.permissions
    seen = rights | {"DESCRIBE"} if grant.permissions else rights  # each right lets the entry be seen
    return Reach((grant.key,), columns if selects else None, rows, seen, grant.grantable)


def _spelled_out(permissions: frozenset[str]) -> frozenset[str]:
    return EVERYTHING if "ALL" in permissions else permissions


def _condition(rows: str) -> str:
    return "" if rows.strip().lower() == "true" else rows.strip()
