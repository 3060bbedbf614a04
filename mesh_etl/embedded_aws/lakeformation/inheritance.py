"""Which tags hold where: a table has those of its database, a column those of its table, each may override a key.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Call

Tags = dict[str, str]


@dataclass
class Tagged:
    """The tags that are set on a database, on a table in it, and on columns of the table, each on its own."""

    database: Tags = field(default_factory=dict)
    table: Tags = field(default_factory=dict)
    columns: dict[str, Tags] = field(default_factory=dict)

    def on_table(self) -> Tags:
        """The tags that hold for the table."""
        return {**self.database, **self.table}

    def on_column(self, name: str) -> Tags:
        """The tags that hold for the column."""
        return {**self.database, **self.table, **self.columns.get(name, {})}


def tagged(call: Call, catalog: str, base: str, name: str = "") -> Tagged:
    """The tags that are set on a database and, where one is named, on a table and its columns."""
    rows = call.sql.execute(
        "SELECT name, part, key, value FROM tagged WHERE catalog = ? AND base = ? AND name IN ('', ?)",
        (catalog, base, name),
    )
    return _read(rows)


def tagged_tables(call: Call, catalog: str, base: str) -> Iterator[tuple[str, Tagged]]:
    """The tables of the database on which, or on columns of which, tags are set, with these and the database's."""
    rows: dict[str, list[tuple[str, str, str, str]]] = {}
    for row in call.sql.execute(
        "SELECT name, part, key, value FROM tagged WHERE catalog = ? AND base = ?", (catalog, base)
    ):
        rows.setdefault(row[0], []).append(row)
    own = rows.pop("", [])
    for name, found in rows.items():
        yield name, _read([*own, *found])


def matches(expression: Mapping[str, Iterable[str]], tags: Tags) -> bool:
    """Whether each key of the expression is there with one of its values; other keys do not matter.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html
    """
    return bool(expression) and all(tags.get(key, "\0") in values for key, values in expression.items())


def _read(rows: Iterable[tuple[str, str, str, str]]) -> Tagged:
    found = Tagged()
    for name, part, key, value in rows:
        level = found.columns.setdefault(part, {}) if part else found.table if name else found.database
        level[key] = value
    return found
