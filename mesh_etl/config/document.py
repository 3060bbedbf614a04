"""A parsed file that still knows where everything stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Loc = tuple[str | int, ...]


class Place(NamedTuple):
    """Where one value stands: its own line and column, those of its key, and its text as it was written."""

    line: int
    column: int
    key_line: int
    key_column: int
    text: str | None


@dataclass(frozen=True)
class Document:
    """Plain data (`dict`, `list`, `str`, `int`, `float`, `bool`, `None`) with the place of every key and value."""

    name: str
    data: Any
    places: Mapping[Loc, Place] = field(repr=False, compare=False)

    def where(self, loc: Loc, key: bool = False) -> str:
        """The place `file:line:column` of the value at `loc`, or of its key; lines and columns count from 1.

        A `loc` that the file does not have is answered with the place of its nearest ancestor that exists.
        """
        line, column = self.position(loc, key)
        return f"{self.name}:{line}:{column}"

    def position(self, loc: Loc, key: bool = False) -> tuple[int, int]:
        """The line and column behind `where`, for sorting."""
        for length in range(len(loc), -1, -1):
            place = self.places.get(loc[:length])
            if place and key and length == len(loc):
                return place.key_line, place.key_column
            if place:
                return place.line, place.column
        return 1, 1

    def text(self, loc: Loc) -> str | None:
        """The text of the scalar at `loc` as it was written (`1.10` stays `1.10`), or None where there is none."""
        place = self.places.get(loc)
        return place.text if place else None


def dotted(loc: Loc) -> str:
    """The path as messages show it: `transforms[0].keys`."""
    path = ""
    for step in loc:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path
