"""How a run tells what it is doing; the command line draws it, a library stays silent."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears of phases and of the tasks done in them."""

    def phase(self, name: str, tasks: int) -> None:
        """A phase of `tasks` tasks begins; 0 where their number is not known."""
        ...

    def advance(self) -> None:
        """One task of the phase is done."""
        ...


class Silent:
    """Tells nobody."""

    def phase(self, name: str, tasks: int) -> None:
        """A phase begins."""

    def advance(self) -> None:
        """A task is done."""
