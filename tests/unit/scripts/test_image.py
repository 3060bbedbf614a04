"""What the Docker files say is right by the tools that judge them; that their steps work is for tests/image."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
SHELL = ["scripts/image", "scripts/glue-local"]


def ran(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    "command",
    [
        ["hadolint", "--failure-threshold", "warning", "Dockerfile"],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
        ["shellcheck", *SHELL],
    ],
    ids=lambda command: command[0],
)
def test_the_tool_finds_nothing(command):
    done = ran(BIN / command[0], *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


def test_services_are_made_of_stages_and_environments_that_exist():
    compose = (ROOT / "compose.yaml").read_text()
    stages = set(re.findall(r" AS (\w+)", (ROOT / "Dockerfile").read_text()))
    assert set(re.findall(r"target: (\w+)", compose)) <= stages
    wanted = set(re.findall(r"ENVIRONMENT: (\w+)", compose))
    assert wanted
    assert {name for name in wanted if not (ROOT / f"requirements/{name}.txt").exists()} == set()


@pytest.mark.parametrize(
    ("words", "code"),
    [([], "USAGE"), (["4.0", "sales.orders"], "GLUE_VERSION"), (["5.0", "sales.orders"], "DOCKER_MISSING")],
)
def test_glue_local_says_what_is_missing(words, code, tmp_path):
    for name in ("bash", "dirname", "id", "env"):
        (tmp_path / name).symlink_to(Path("/usr/bin", name))
    done = ran("scripts/glue-local", *words, PATH=str(tmp_path))
    assert done.returncode == 2
    assert f"[{code}]" in done.stderr


def test_glue_local_runs_the_spark_of_a_version_that_has_no_image(tmp_path):
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n[ "$1 $2" != "compose run" ] || echo "$*; $MESH_PROJECT"\n')
    docker.chmod(0o755)
    done = ran(
        "scripts/glue-local", "6.0", "sales.orders", PATH=f"{tmp_path}:{os.environ['PATH']}", MESH_PROJECT="docs"
    )
    said = f"compose run --rm spark41 run sales.orders --engine spark --env local; {ROOT / 'docs'}\n"
    assert (done.stdout, done.returncode) == (said, 0), done.stderr
    assert "no image of Glue 6.0" in done.stderr
