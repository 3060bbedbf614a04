"""How often CloudFormation is asked how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

FIRST, LONGEST = 0.5, 5.0  # seconds; its calls have a quota per account and region


def pauses() -> Iterator[Callable[[], None]]:
    """Pauses without end, each a little longer than the one before."""
    seconds = FIRST
    while True:
        yield partial(time.sleep, seconds)
        seconds = min(seconds * 1.3, LONGEST)
