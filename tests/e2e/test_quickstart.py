"""The quickstart as it stands: each command of the page works, in order, and names the one that comes next."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/quickstart.md").read_text()
STEPS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
NAMES_NEXT = ("init", "validate", "plan", "run", "synth", "deploy")


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each step said, in a folder that was empty; each one has worked."""
    folder, programs = tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("bin")
    program = programs / "mesh-etl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mesh_etl.cli "$@"\n')
    program.chmod(0o755)
    without = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment = {
        **without,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    found = {}
    for step in STEPS:
        done = subprocess.run(step, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{step}\n{done.stdout}{done.stderr}"
        found[step] = done
    return found


def test_the_page_goes_all_the_way():
    commands = [step.split()[1] for step in STEPS if step.startswith("mesh-etl ")]
    assert [one for one in commands if one in NAMES_NEXT] == list(NAMES_NEXT)


def test_every_step_works_and_tells_the_next(said):
    for step, done in said.items():
        if step.startswith("mesh-etl ") and step.split()[1] in NAMES_NEXT:
            assert "mesh-etl " in done.stdout.splitlines()[-1], f"{step} does not say what is next:\n{done.stdout}"


def test_the_edited_files_count(said):
    assert "partitioned by day(order_date) as order_day" in said["mesh-etl plan shop.orders"].stdout
    assert "16 read = 15 good + 1 quarantined" in said["mesh-etl run shop.orders"].stdout


def test_a_placeholder_is_told_where_aws_is_meant(said):
    for step, done in said.items():
        if "--env prod" in step:
            assert "PLACEHOLDER_ACCOUNT" in done.stderr, step
