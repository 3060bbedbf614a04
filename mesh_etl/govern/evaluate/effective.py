"""The tags that hold for a table and its columns, with what they inherit.

A column has the tags of its table, and that those of its database; what is set nearer overrides, key by key.
Source: https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-assigning-tags.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mesh_etl.govern.state import Columns, Database, Expression, State, Table

Vector = frozenset[tuple[str, str]]  # the tags that hold somewhere, as (key, value)


class Source(NamedTuple):
    """A tag's value and where it was set: on the column, its table, or the database."""

    value: str
    on: Columns | Table | Database


@dataclass(frozen=True, slots=True)
class Subject:
    """A table with its columns in groups of the same tags.

    Sets of tags are numbers here, so that what was found out about one is found again quickly. `tags` are those of
    the table as a whole.
    """

    table: Table
    database: Database
    names: tuple[str, ...]
    whole: frozenset[str]
    tags: int
    groups: tuple[tuple[int, frozenset[str]], ...]


class Effective:
    """The tags of a state with inheritance; each table is worked out once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._columns: dict[Table, dict[str, Mapping[str, str]]] = defaultdict(dict)
        for resource, tags in state.assigned.items():
            if isinstance(resource, Columns):
                for name in resource.names:
                    self._columns[resource.table][name] = {**self._columns[resource.table].get(name, {}), **tags}
        self._subjects: dict[Table, Subject] = {}
        self._numbers: dict[Vector, int] = {}
        self._vectors: list[Vector] = []
        self._matched: dict[Expression, dict[int, bool]] = defaultdict(dict)

    def database(self, database: Database) -> Vector:
        """The tags of a database."""
        return frozenset(self._state.assigned.get(database, {}).items())

    def subject(self, table: Table) -> Subject | None:
        """The table with the tags of its columns; None for one that is not in the catalogue."""
        known = self._subjects.get(table)
        if known is None and table in self._state.tables:
            known = self._subjects[table] = self._worked_out(table)
        return known

    def matches(self, expression: Expression, tags: int) -> bool:
        """Whether the set of tags of this number meets the expression."""
        known = self._matched[expression]
        if tags not in known:
            known[tags] = matches(expression, self._vectors[tags])
        return known[tags]

    def sources(self, table: Table, column: str | None = None) -> dict[str, Source]:
        """Each tag that holds for the table or one of its columns, with where it was set."""
        found: dict[str, Source] = {}
        layers: list[tuple[Columns | Table | Database, Mapping[str, str]]] = [
            (on, self._state.assigned.get(on, {})) for on in (Database(table.catalog, table.database), table)
        ]
        if column is not None:
            layers.append((Columns(table, (column,)), self._columns[table].get(column, {})))
        for on, tags in layers:
            found |= {key: Source(value, on) for key, value in tags.items()}
        return dict(sorted(found.items()))

    def _worked_out(self, table: Table) -> Subject:
        assigned, database = self._state.assigned, Database(table.catalog, table.database)
        base = {**assigned.get(database, {}), **assigned.get(table, {})}
        own, names = self._columns.get(table, {}), self._state.tables[table].columns
        groups: dict[int, list[str]] = defaultdict(list)
        whole = self._number(base)
        for name in names:
            tags = own.get(name)
            groups[self._number({**base, **tags}) if tags else whole].append(name)
        grouped = tuple((number, frozenset(some)) for number, some in groups.items())
        return Subject(table, database, names, frozenset(names), whole, grouped)

    def _number(self, tags: Mapping[str, str]) -> int:
        vector = frozenset(tags.items())
        number = self._numbers.setdefault(vector, len(self._vectors))
        if number == len(self._vectors):
            self._vectors.append(vector)
        return number


def matches(expression: Expression, tags: Vector) -> bool:
    """Whether the tags meet the expression: each key, with one of its values; `*` stands for any value.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html
    """
    have = dict(tags)
    return bool(expression) and all(
        key in have and (have[key] in values or "*" in values) for key, values in expression
    )
