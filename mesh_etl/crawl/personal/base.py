"""What a kind of personal data is known by, and when a column counts as holding it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SHARE = 0.9
CERTAINTY = 1e-6
GLANCE = 40
LONGEST = 320  # an email address can be so long, and nothing else that is looked for is longer


@dataclass(frozen=True)
class Kind:
    """A kind of personal data.

    `holds` says whether a text can be one, `named` which column names speak for it, and `chance` how likely a text of
    this shape passes by accident: 0.1 for one check digit, 1.0 where the shape alone proves nothing.
    """

    name: str
    holds: Callable[[str], bool]
    named: re.Pattern[str]
    chance: float
    classification: str = "personal"

    def found_in(self, column: str, values: Sequence[str]) -> Evidence | None:
        """The evidence that the column holds this kind; `values` are different from each other.

        Nine in ten must pass. Then either the name of the column speaks for it as well, or so many pass that accident
        is out of the question.
        """
        begin = values[:GLANCE]
        if self._passing(begin) * 2 < len(begin):
            return None
        passing = self._passing(values)
        if not values or passing < SHARE * len(values):
            return None
        hinted = bool(self.named.search(column))
        if not hinted and self.chance**passing > CERTAINTY:
            return None
        return Evidence(self.name, self.classification, passing, len(values), hinted, self.chance)

    def _passing(self, values: Sequence[str]) -> int:
        return sum(len(text) <= LONGEST and self.holds(text) for text in values)


@dataclass(frozen=True)
class Evidence:
    """How many of the different values of a column pass as a kind of data, and whether its name says the same."""

    kind: str
    classification: str
    passing: int
    tested: int
    hinted: bool
    chance: float = 1.0

    def text(self) -> str:
        """The evidence in words, without a value."""
        name = ", and so does the name" if self.hinted else ""
        return f"{self.kind}: {self.passing:,} of {self.tested:,} different values look like it{name}"


def words(*names: str) -> re.Pattern[str]:
    """A pattern for column names that have one of the names as whole words, in any case and with or without `_`."""
    return re.compile(rf"(?:^|_|\b)(?:{'|'.join(names)})(?:$|_|\b|\d)", re.IGNORECASE)
