"""A block in which Python does not look for circles of objects."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector rests in the block; what nobody refers to is freed all the same.

    A large mesh is a hundred thousand frozen values that stay and are in no circle: to walk them again each time that
    some more have come takes a third of a plan.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
