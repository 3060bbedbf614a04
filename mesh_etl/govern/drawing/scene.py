"""What a picture of governance shows, before anything has a place: accounts with cards, cards with lines."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["grant", "filter", "tag", "link"]  # of an arrow: by name, by a filter, by tags, or a resource link
Style = Literal["plain", "dim", "strong", "warning"]


@dataclass(frozen=True, slots=True)
class Lead:
    """An arrow from a line to whatever has this anchor; where nothing has it, there is no arrow."""

    to: Hashable
    kind: Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `guard` is 0 for the most open value of a tag and 1 for the strictest, None for other lines."""

    text: str
    style: Style = "plain"
    guard: float | None = None
    anchor: Hashable = None
    lead: Lead | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A database, a table, somebody, or the tags of a catalogue; other cards may stand in it, below its lines."""

    title: str
    kind: Literal["database", "table", "view", "links", "person", "tags", "open"]
    lines: tuple[Line, ...] = ()
    cards: tuple[Card, ...] = ()
    anchor: Hashable = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account: those that own products stand left, the central one in the middle, those that only read right."""

    title: str
    side: Literal["left", "middle", "right"]
    lines: tuple[Line, ...]
    cards: tuple[Card, ...]
