"""What a file states, fact by fact, and which of it the other format says as well.

Whoever translates reads the file through `say`, so that what is read is said; what nobody asked for is left over and
is reported with its place. A key that a translator does not know cannot vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mesh_etl.config.document import Document, Loc, dotted

Silent = Callable[[Loc, Any], bool]


@dataclass(frozen=True)
class Unsaid:
    """A fact that the other format does not say, or says inexactly: its place, its name and the reason.

    `loc` is the path of keys from the top of the file.
    """

    where: str
    what: str
    why: str
    loc: Loc

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.why}"


class Facts:
    """The facts of a document: its scalars and lists of scalars, without those that `silent` knows to say nothing."""

    def __init__(self, document: Document, silent: Silent = lambda loc, value: False) -> None:
        self.document = document
        self._open: dict[Loc, None] = {}
        self._why: dict[Loc, str] = {}
        self._below: dict[Loc, list[Loc]] = {}
        self._inside: dict[Loc, dict[Loc, None]] = {}
        for leaf in _leaves(document.data, (), silent):
            self._open[leaf] = None
            for length in range(len(leaf) + 1):
                self._below.setdefault(leaf[:length], []).append(leaf)
                if length:
                    self._inside.setdefault(leaf[: length - 1], {})[leaf[:length]] = None

    @property
    def count(self) -> int:
        """How many facts there are."""
        return len(self._below.get((), ()))

    def said(self) -> tuple[Loc, ...]:
        """The facts that are said exactly."""
        return tuple(leaf for leaf in self._below.get((), ()) if leaf not in self._open and leaf not in self._why)

    def get(self, *loc: str | int) -> Any:
        """The value at `loc`, which is not said by that; None where there is none."""
        found = self.document.data
        for step in loc:
            inside = isinstance(found, dict) and step in found
            inside = inside or (isinstance(found, list) and isinstance(step, int) and step < len(found))
            if not inside:
                return None
            found = found[step]
        return found

    def say(self, *loc: str | int) -> Any:
        """The value at `loc`, which the other format now says, with all that is inside it; None where there is none."""
        for leaf in self._below.get(loc, ()):
            self._open.pop(leaf, None)
        return self.get(*loc)

    def lose(self, why: str, *loc: str | int) -> None:
        """What stands at `loc`, and inside it, is not said or not said exactly, for the reason `why`."""
        for leaf in self._below.get(loc, ()):
            self._why.setdefault(leaf, why)

    def rest(self, otherwise: str, name: Callable[[Loc], str] = dotted) -> tuple[Unsaid, ...]:
        """What is not said, in the order of the file; a part of which nothing is said stands there as one."""
        return tuple(self._rest((), otherwise, name))

    def open(self) -> tuple[Loc, ...]:
        """The facts that nobody has said or lost so far."""
        return tuple(leaf for leaf in self._open if leaf not in self._why)

    def _rest(self, loc: Loc, otherwise: str, name: Callable[[Loc], str]) -> Iterator[Unsaid]:
        reasons = {self._reason(leaf, otherwise) for leaf in self._below.get(loc, ())}
        if len(reasons) == 1 and loc:
            (why,) = reasons
            if why is not None:
                yield Unsaid(self.document.where(loc, key=True), name(loc), why, loc)
            return
        for inner in self._inside.get(loc, ()):
            yield from self._rest(inner, otherwise, name)

    def _reason(self, leaf: Loc, otherwise: str) -> str | None:
        return self._why.get(leaf, otherwise if leaf in self._open else None)


def _leaves(value: Any, loc: Loc, silent: Silent) -> Iterator[Loc]:
    if value is None or value in ({}, []) or silent(loc, value):
        return
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, (*loc, key), silent)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for index, one in enumerate(value):
            yield from _leaves(one, (*loc, index), silent)
    else:
        yield loc
