"""Every call of storage and catalogue has a number; at one of them something happens."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from mesh_etl.errors import Fault, RunError

Way = Literal["refused", "lost", "killed", "throttled", "partial"]
T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """A call that was made: `storage.create`, `glue.UpdateTable`; and the ways in which it can break."""

    name: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Strike:
    """What is to happen at the call with this number, the first being 1.

    refused: the call fails before it takes effect. lost: it takes effect and its answer is lost. killed: it takes
    effect and the process ends by SIGKILL. throttled: the service asks to come back later. partial: one item of a
    batch fails.
    """

    number: int
    way: Way


@dataclass
class Watch:
    """Counts the calls and carries the strike out; without one it only counts.

    Threads may make calls in another order than they did when the calls were counted: where the call with the number
    cannot break in that way, the next one does that can.
    """

    strike: Strike | None = None
    calls: list[Call] = field(default_factory=list)
    struck: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, name: str, *ways: Way) -> Way | None:
        """The call is counted; returns the way in which it is to break, if it is."""
        with self._lock:
            self.calls.append(Call(name, ways))
            if self.struck or self.strike is None or len(self.calls) < self.strike.number:
                return None
            self.struck = self.strike.way in ways
            return self.strike.way if self.struck else None

    def around(self, name: str, act: Callable[[], T], lost: Callable[[], BaseException] | None = None) -> T:
        """The answer of `act`, unless the call breaks. `lost` makes what the caller sees when the answer is lost."""
        ways: tuple[Way, ...] = ("refused", "lost", "killed") if lost else ("refused",)
        way = self.enter(name, *ways)
        if way == "refused":
            raise broken(name)
        found = act()
        if way == "killed":
            die()
        if way == "lost" and lost:
            raise lost()
        return found


def broken(name: str) -> RunError:
    """What the storage raises when it does not answer."""
    return RunError(Fault("STORAGE_FAILED", "the storage does not answer", name, "run again"), retryable=True)


def die() -> None:
    """This process ends here and now, as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)
