"""How many examples a property is tried with: few and always the same in the suite, ever others in `scripts/fuzz`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = "MESH_FUZZ_EXAMPLES" in os.environ


def bounded(examples: int) -> settings:
    """So many examples in the suite; as many as MESH_FUZZ_EXAMPLES says where it is set."""
    return settings(
        max_examples=int(os.environ.get("MESH_FUZZ_EXAMPLES", examples)),
        deadline=None,
        derandomize=not LONG,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
