"""The campaign finds work that leaves halves, that goes twice, and that calls a failure a success."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def found(folder, kind):
    """The failures of a campaign, which is a program of its own because it forks."""
    command = [sys.executable, str(Path(__file__).with_name("toy.py")), str(folder), kind]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_sound_work_has_no_failure(tmp_path):
    assert found(tmp_path, "sound") == []


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("not atomic", "a reader saw neither the table before nor after"),
        ("adds", "doing it again did not converge"),
        ("hides", "the work says that it succeeded, and a reader does not see it"),
    ],
)
def test_unsound_work_is_found_out(tmp_path, kind, problem):
    assert any(problem in line for line in found(tmp_path, kind))
