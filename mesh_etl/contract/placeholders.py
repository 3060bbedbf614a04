"""The names that stand for the table and the column in the query of an SQL rule."""

from __future__ import annotations

import re
from functools import cache

# The standard's own examples use all of these spellings.
_OBJECT = ("object", "table", "model")
_PROPERTY = ("property", "column", "field")
_PLACE = re.compile(r"(?P<quote>[`'\"]?)\$?\{\s*(?P<word>[A-Za-z_][A-Za-z0-9_]*)\s*\}(?P=quote)")


class UnknownPlaceholder(ValueError):
    """The query has a placeholder that stands for nothing here; `name` is what it says."""

    def __init__(self, name: str) -> None:
        super().__init__(f"'{{{name}}}' stands for nothing here")
        self.name = name


def render(query: str, table: str, column: str | tuple[str, ...] | None) -> str:
    """The query with `{object}` and `{property}` replaced by these names; `column` may be the path of a field.

    A name that means something in SQL comes in backticks. Quotes that the query puts around a placeholder stay:
    `'{property}'` is a text with the name in it. Raises `UnknownPlaceholder` for any other placeholder, and for
    `{property}` where there is no column.
    """
    steps = (column,) if isinstance(column, str) else column

    def name(match: re.Match[str]) -> str:
        word, quote = match["word"].lower(), match["quote"]
        if word in _OBJECT:
            parts: tuple[str, ...] = (table,)
        elif word in _PROPERTY and steps is not None:
            parts = steps
        else:
            raise UnknownPlaceholder(match["word"])
        if quote in ("'", '"'):
            return quote + ".".join(parts) + quote
        return ".".join(f"`{part}`" if quote or part.upper() in _words() else part for part in parts)

    return _PLACE.sub(name, query)


@cache
def _words() -> frozenset[str]:
    """The words that mean something in SQL, in capitals."""
    from sqlglot.dialects.dialect import Dialect

    return frozenset(word for key in Dialect.get_or_raise("spark").tokenizer_class.KEYWORDS for word in key.split())
