"""The names that stand for the table and the column in the query of an SQL rule."""

from __future__ import annotations

import re

# The standard's own examples use all of these spellings.
_OBJECT = ("object", "table", "model")
_PROPERTY = ("property", "column", "field")
_PLACE = re.compile(r"\$?\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}")


class UnknownPlaceholder(ValueError):
    """The query has a placeholder that stands for nothing here; `name` is what it says."""

    def __init__(self, name: str) -> None:
        super().__init__(f"'{{{name}}}' stands for nothing here")
        self.name = name


def render(query: str, table: str, column: str | None) -> str:
    """The query with `{object}` and `{property}` replaced by these names, as they are; quote them before.

    Raises `UnknownPlaceholder` for any other, and for `{property}` where there is no column.
    """

    def name(match: re.Match[str]) -> str:
        word = match[1].lower()
        if word in _OBJECT:
            return table
        if word in _PROPERTY and column is not None:
            return column
        raise UnknownPlaceholder(match[1])

    return _PLACE.sub(name, query)
