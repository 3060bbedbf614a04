"""Every call of storage and catalogue, broken in every way: here a share of the points, in `scripts/fault` all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

STRIDE = 41  # a prime, so that calls and ways take turns
LEFT_OUT = ("-many_partitions", "-maintained")  # they have most of the points, and none of a kind that others lack
SCENARIOS = 32


def test_whatever_breaks_the_next_run_mends_it(tmp_path):
    command = [sys.executable, str(Path(__file__).parent / "main.py"), str(tmp_path), str(STRIDE), *LEFT_OUT]
    done = subprocess.run(command, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    failures = [failure for one in found for failure in one["failures"]]
    assert not failures, "\n".join(failures) + done.stderr
    assert len(found) == SCENARIOS, done.stderr
    assert all(one["points"] for one in found)
    assert done.returncode == 0
