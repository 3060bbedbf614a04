"""Time as the requests need it; tests bring a clock that does not wait."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """The clock of this machine."""

    def now(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def today(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Nothing happens for that long."""
        time.sleep(seconds)

    def chance(self) -> float:
        """A number from 0 to 1, so that many clients do not come back at the same moment."""
        return random.random()
