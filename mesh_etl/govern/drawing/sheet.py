"""Where everything stands on the sheet: boxes, texts and arrows with their coordinates, in pixels."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from mesh_etl.govern.drawing.scene import Account, Card, Kind, Lead, Style

WIDTHS = {"left": 315, "middle": 390, "right": 315}
GAP = 90  # between the three columns, where the arrows run
EDGE = 20  # around everything
PAD = 10  # in a box
LINE = 17
TITLE = 24
BETWEEN = 12  # from one card to the next
LETTER = 6.5  # the width of a letter at most, on average; no font can be measured here
LONGEST = 4  # lines of one text; the rest is left to the picture's tooltip


@dataclass(frozen=True, slots=True)
class Rect:
    """A box, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, from the left end of its base line; `tip` is all of it where it was cut off."""

    x: float
    y: float
    words: str
    style: Style | str
    guard: float | None = None
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A curve from one point to another."""

    start: tuple[float, float]
    end: tuple[float, float]
    kind: Kind


@dataclass
class Sheet:
    """Everything that is drawn, and how large the sheet is."""

    width: float = 0
    height: float = 0
    rects: list[Rect] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place that arrows come to or start from: the two ends of a line, or of the head of a card."""

    left: float
    right: float
    top: float
    bottom: float


class Layout:
    """Puts accounts on a sheet: three columns, cards one below the other."""

    def __init__(self) -> None:
        self.sheet = Sheet()
        self._spots: dict[Hashable, _Spot] = {}
        self._leads: dict[tuple[int, Lead], _Spot] = {}  # one arrow from a card to a place is enough

    def laid_out(self, accounts: Iterable[Account], top: float) -> Sheet:
        """The sheet with all accounts on it, below `top`."""
        x, lowest = float(EDGE), top
        columns: dict[str, list[Account]] = {side: [] for side in WIDTHS}
        for account in accounts:
            columns[account.side].append(account)
        for side, width in WIDTHS.items():
            y = top
            for account in columns[side]:
                y = self._account(account, x, y, width) + 2 * BETWEEN
            lowest = max(lowest, y)
            x += width + GAP if columns[side] else 0
        self.sheet.width, self.sheet.height = max(x - GAP + EDGE, 600), lowest
        self._arrows()
        return self.sheet

    def _account(self, account: Account, x: float, y: float, width: float) -> float:
        place = len(self.sheet.rects)
        below = self._text(account.title, "account", x + PAD, y + TITLE, width - 2 * PAD)
        for line in account.lines:
            below = self._text(line.text, line.style, x + PAD, below, width - 2 * PAD)
        below += PAD / 2
        for card in account.cards:
            below = self._card(card, x + PAD, below, width - 2 * PAD) + BETWEEN
        self.sheet.rects.insert(place, Rect(x, y, width, below - y, f"account {account.side}"))
        return below

    def _card(self, card: Card, x: float, y: float, width: float) -> float:
        place = len(self.sheet.rects)
        below = self._text(card.title, "title", x + PAD, y + LINE, width - 2 * PAD)
        if card.anchor is not None:
            self._spots[card.anchor] = _Spot(x, x + width, y, below - LINE / 2)
        for line in card.lines:
            above = below - LINE + 3
            indent = 14 if line.guard is not None else 0
            below = self._text(line.text, line.style, x + PAD + indent, below, width - 2 * PAD - indent, line.guard)
            spot = _Spot(x, x + width, above, below - LINE + 3)
            if line.anchor is not None:
                self._spots[line.anchor] = spot
            if line.lead is not None:
                self._leads.setdefault((place, line.lead), spot)
        below += PAD / 2 - LINE / 2
        for inner in card.cards:
            below = self._card(inner, x + PAD, below, width - 2 * PAD) + BETWEEN
        self.sheet.rects.insert(place, Rect(x, y, width, below - y, card.kind))
        return below

    def _text(self, words: str, style: str, x: float, y: float, width: float, guard: float | None = None) -> float:
        """The text from this base line on, in as many lines as it needs; returns the base line below."""
        indent = " " * (len(words) - len(words.lstrip()))
        letter = LETTER * (1.2 if style in ("account", "title") else 1)
        lines = textwrap.wrap(words, int(width / letter), subsequent_indent=indent, drop_whitespace=True) or [""]
        cut = len(lines) > LONGEST
        for number, line in enumerate([*lines[: LONGEST - 1], lines[LONGEST - 1] + " …"] if cut else lines):
            self.sheet.texts.append(
                Text(x + 4 * len(indent), y, line.strip(), style, None if number else guard, words if cut else "")
            )
            y += LINE
        return y

    def _arrows(self) -> None:
        """Arrows between the sides that face each other; those that come to one place are spread over its height."""
        coming: dict[tuple[Hashable, bool], list[tuple[float, _Spot, Kind]]] = defaultdict(list)
        for (_, lead), start in self._leads.items():
            target = self._spots.get(lead.to)
            if target is not None:
                coming[lead.to, start.left < target.left].append(((start.top + start.bottom) / 2, start, lead.kind))
        for (to, rightwards), starts in coming.items():
            target = self._spots[to]
            step = (target.bottom - target.top) / (len(starts) + 1)
            for number, (height, start, kind) in enumerate(sorted(starts, key=lambda one: one[0]), 1):
                begin = (start.right if rightwards else start.left, height)
                end = (target.left if rightwards else target.right, target.top + number * step)
                self.sheet.arrows.append(Arrow(begin, end, kind))
