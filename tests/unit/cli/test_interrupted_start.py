"""Ctrl-C before a command has begun: what it needs is still being loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Ctrl-C comes as soon as this module is asked for, and once more while that is told.
PROGRAM = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name in ("{first}", "mesh_etl.cli.failures"):
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from mesh_etl.cli import main
main(sys.argv[1:])
"""


def started(first: str, *words: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.replace("{first}", first)
    return subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("first", ["mesh_etl.cli.entry", "typer", "mesh_etl.cli.app"])
def test_it_ends_in_a_line_and_not_in_a_traceback(first: str) -> None:
    done = started(first, "products")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("error: interrupted")
    assert "[INTERRUPTED]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_machine_gets_a_document() -> None:
    done = started("typer", "products", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"], done.stderr) == (130, "INTERRUPTED", "")
