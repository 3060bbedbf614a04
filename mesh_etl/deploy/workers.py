"""The workers of Glue: what each of them has, and what it counts, by which a run is paid.

Source: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Worker:
    """A worker type: `units` are DPU or, where it has twice the memory, M-DPU."""

    type: str
    units: float
    vcpus: int

    @property
    def doubled(self) -> bool:
        """Whether it has the memory of two, so that it is paid by the M-DPU."""
        return self.type.startswith("R.")


_WORKERS = (
    Worker("G.025X", 0.25, 2),
    Worker("G.1X", 1, 4),
    Worker("G.2X", 2, 8),
    Worker("G.4X", 4, 16),
    Worker("G.8X", 8, 32),
    Worker("G.12X", 12, 48),
    Worker("G.16X", 16, 64),
    Worker("R.1X", 1, 4),
    Worker("R.2X", 2, 8),
    Worker("R.4X", 4, 16),
    Worker("R.8X", 8, 32),
)
WORKERS = {one.type: one for one in _WORKERS}
STREAMS_ONLY = "G.025X"


def minutes_of(dpu_hours: float, worker_type: str, workers: int) -> int:
    """The minutes after which that many workers have taken `dpu_hours`, at least one; fewer workers take longer."""
    return max(1, int(dpu_hours * 60 / (WORKERS[worker_type].units * workers)))
