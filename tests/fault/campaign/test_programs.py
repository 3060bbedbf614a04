"""Writers that are killed while others read, and writers that meet: a few here, in `scripts/fault` hundreds."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def told(program: str, *words: object) -> dict[str, object]:
    """What the program says of itself, which has found nothing that does not hold."""
    command = [sys.executable, str(HERE / program), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("mode", ["append", "merge"])
def test_every_read_beside_writers_that_are_killed_is_of_a_committed_version(tmp_path, mode):
    found = told("kills.py", tmp_path, 10, random.randrange(10**6), mode)
    assert found["deliveries"] == found["found"]
    assert all(found["reads"].values())


@pytest.mark.parametrize(("mode", "file_format"), [("append", "parquet"), ("merge", "parquet"), ("append", "iceberg")])
def test_two_processes_write_and_every_row_is_there_once(tmp_path, mode, file_format):
    found = told("writers.py", tmp_path, 4, mode, file_format)
    assert all(one["ok"] == 4 for one in found["ended"])
