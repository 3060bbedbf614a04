"""Conditions on rows, as the data cells filters of a product have them.

They are read as filters are, and written anew: what reaches a filter is never text that somebody typed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mesh_etl.govern.row_filter import LONGEST, row_filter

if TYPE_CHECKING:
    from collections.abc import Iterable

DIALECT = "athena"  # quotes are doubled in strings, as PartiQL has it


def condition(text: str, columns: Iterable[str]) -> str:
    """The condition in its one spelling. Raises `ValueError` with the reason where a filter cannot have it.

    A reason names columns, and never repeats a value.
    """
    if text.strip().lower() in ("", "true"):
        raise ValueError("holds for every row: leave it out")
    row_filter(text, columns)
    return _written(text)


@lru_cache(4096)
def _written(text: str) -> str:
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(text, dialect=DIALECT)
    for column in tree.find_all(exp.Column):
        column.this.set("this", column.name.lower())  # as the catalogue has it
    found = tree.sql(dialect=DIALECT, comments=False)
    if len(found) > LONGEST:
        raise ValueError(f"is longer than the {LONGEST} characters of a filter")
    return found
