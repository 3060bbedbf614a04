"""Every call of storage and catalogue, broken in every way: here a share of the points, in `scripts/fault` all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scenarios import SCENARIOS

STRIDE = 31  # a prime, so that calls and ways take turns


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_breaks_the_next_run_mends_it(tmp_path, name):
    command = [sys.executable, str(Path(__file__).parent / "main.py"), str(tmp_path), str(STRIDE), name]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["points"]
    assert not found["failures"], "\n".join(found["failures"]) + done.stderr
