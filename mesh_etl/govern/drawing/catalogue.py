"""The cards of an account's catalogue: its tags, its databases with their tables, and its links to other accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mesh_etl.govern.drawing.scene import Card, Lead, Line
from mesh_etl.govern.evaluate.effective import Effective
from mesh_etl.govern.state import Database, SavedExpression, State, Table
from mesh_etl.govern.state.lines import Name, cells, expression, tags

MANY_TABLES = 12  # of a database outside of the middle, which are only named


class Catalogues:
    """The catalogues of a state as cards; `middle` is the account whose tables are shown with their columns."""

    def __init__(self, state: State, name: Name, middle: str) -> None:
        self._state, self._name, self._middle = state, name, middle
        self._effective = Effective(state)
        self._tables: dict[Database, list[Table]] = defaultdict(list)
        self._filters: dict[Table, list[Line]] = defaultdict(list)
        for table in sorted(state.tables):
            self._tables[Database(table.catalog, table.database)].append(table)
        for one, shown in sorted(state.filters.items(), key=lambda pair: pair[0]):
            self._filters[one.table].append(Line(f"filter {one.name}: {cells(shown)}", "dim", anchor=one))

    def cards(self, account: str) -> Iterator[Card]:
        """The tags of the account's catalogue, its databases, and its links."""
        ontology = (*self._tags(account), *self._expressions(account))
        if ontology:
            yield Card("LF-Tags", "tags", ontology, anchor=("tags", account))
        links = []
        for database, entry in sorted(self._state.databases.items(), key=lambda pair: pair[0]):
            if database.catalog != account:
                continue
            if entry.target is None:
                yield self._database(database)
            else:
                text = f"{database.name} → {self._name(entry.target.catalog)}"
                links.append(Line(text, lead=Lead(entry.target, "link")))
        if links:
            yield Card("links", "links", tuple(links))

    def _tags(self, account: str) -> Iterator[Line]:
        for (catalog, key), values in sorted(self._state.tags.items()):
            if catalog == account:
                yield Line(f"{key}: {' | '.join(values)}", anchor=("tag", account, key))

    def _expressions(self, account: str) -> Iterator[Line]:
        for (catalog, saved), keys in sorted(self._state.expressions.items()):
            if catalog == account:
                yield Line(f"expression {saved}: {expression(keys)}", anchor=SavedExpression(account, saved))

    def _database(self, database: Database) -> Card:
        held = dict(self._effective.database(database))
        lines = (Line(f"tagged {tags(held)}", "dim"),) if held else ()
        tables = self._tables[database]
        if database.catalog == self._middle:
            inner = tuple(self._table(table) for table in tables)
            return Card(database.name, "database", lines, inner, anchor=database)
        named = ", ".join(table.name for table in tables[:MANY_TABLES]) or "no tables yet"
        more = f" and {len(tables) - MANY_TABLES:,} more" if len(tables) > MANY_TABLES else ""
        return Card(database.name, "database", (*lines, Line(named + more)), anchor=database)

    def _table(self, table: Table) -> Card:
        """A table with the columns whose tags are not those of its database, by value."""
        entry, base = self._state.tables[table], dict(self._effective.database(Database(table.catalog, table.database)))
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for column in entry.columns:
            for key, source in self._effective.sources(table, column).items():
                found[key, source.value].append(column)
        differing = {key for key, value in found if base.get(key) != value}
        lines = [
            Line(f"{value}: {', '.join(found[key, value])}", guard=self._guard(table.catalog, key, value))
            for key, value in sorted(found, key=lambda pair: (pair[0], self._rank(table.catalog, *pair)))
            if key in differing
        ]
        is_view = entry.kind == "view"
        size = "1 column" if len(entry.columns) == 1 else f"{len(entry.columns):,} columns"
        words = f"{table.name} ({'view, ' if is_view else ''}{size})"
        return Card(words, "view" if is_view else "table", (*lines, *self._filters[table]), anchor=table)

    def _rank(self, catalog: str, key: str, value: str) -> int:
        values = self._state.tags.get((catalog, key), ())
        return values.index(value) if value in values else len(values)

    def _guard(self, catalog: str, key: str, value: str) -> float:
        last = len(self._state.tags.get((catalog, key), ())) - 1
        return min(1.0, self._rank(catalog, key, value) / last) if last > 0 else 0.0
