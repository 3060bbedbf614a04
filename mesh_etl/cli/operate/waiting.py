"""Ctrl-C, or a refusal of AWS, ends the waiting, and not what is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.cli.operate.options import Operated


@contextmanager
def nobody_waits(about: Operated, identity: str) -> Iterator[None]:
    """What ends the block before the run has ended says that the run goes on, and how to look at it or end it."""
    from mesh_etl.cli.deploy.following import GoesOn
    from mesh_etl.errors import Fault, RunError

    fix = f"look at it with mesh-etl runs {about.options}, or end it with mesh-etl stop {about.options}"
    told = Fault("INTERRUPTED", "nobody waits any more, and the run goes on", identity, fix)
    try:
        yield
    except KeyboardInterrupt:
        raise GoesOn(told) from None
    except RunError as error:
        raise RunError(*error.faults, told) from error
