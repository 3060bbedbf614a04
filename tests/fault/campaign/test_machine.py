"""What hypothesis thinks of: here a few histories, the same each time; in `scripts/fault` many new ones."""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fault.campaign.machine import TableMachine

EXAMPLES = int(os.environ.get("MESH_FAULT_HISTORIES", "0"))


def test_every_version_stays_what_it_was(monkeypatch):
    monkeypatch.setattr("mesh_etl.tables.checkpoint.EVERY", 3)
    number = int(os.environ.get("MESH_FAULT_SEED", random.randrange(10**6)))
    told = TableMachine.told = {}
    chosen = settings(
        max_examples=EXAMPLES or 6,
        stateful_step_count=50 if EXAMPLES else 20,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    machine = seed(number)(TableMachine) if EXAMPLES else TableMachine
    try:
        run_state_machine_as_test(machine, settings=chosen)
    finally:
        print(f"seed {number}" if EXAMPLES else "derandomised", dict(sorted(told.items())))
