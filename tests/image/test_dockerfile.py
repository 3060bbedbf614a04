"""The Dockerfile's own steps make a Debian that holds nothing into one that runs jobs: MESH_IMAGE=1, as root, once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.image.steps import Image

HERE = Path(__file__).parents[2]
NEEDED = ("debootstrap", "unshare", "chroot")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("MESH_IMAGE") != "1", reason="takes ten minutes; MESH_IMAGE=1 asks for it"),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The image of the stage `test`, with the project inside; the folder is removed at the end."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    assert missing == []
    assert os.geteuid() == 0, "needs root"
    root = tmp_path_factory.mktemp("debian") / "root"
    mirror = os.environ.get("MESH_DEBIAN", "http://deb.debian.org/debian")
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root, mirror], check=True, capture_output=True)
    for name in ("resolv.conf", "hosts"):
        shutil.copy(Path("/etc", name), root / "etc" / name)
    made = Image(root, HERE)
    made.make("test", {})
    yield made
    shutil.rmtree(root)


def test_nothing_of_the_steps_runs_as_root(image):
    assert image.run("id -un").strip() == "mesh"
    assert image.run("find /opt/mesh_etl ! -user mesh | head -3") == ""


@pytest.mark.parametrize("environment", ["demo", "spark41"])
def test_a_job_runs_inside(image, environment):
    engine = {"demo": "embedded"}.get(environment, "spark")
    command = f".venv/{environment}/bin/mesh-etl"
    image.run("test -d .mesh/raw || .venv/demo/bin/python scripts/generate.py .mesh/raw --scale 0.01")
    image.run(f"rm -rf .mesh/warehouse .mesh/aws.sqlite* && {command} govern apply")
    said = image.run(f"{command} run customer.customers sales.orders --engine {engine} 2>/dev/null")
    assert "sales.orders  version 1 published" in said
    assert f"({engine})" in said
    assert "15,007 read = " in said


def test_tests_run_inside(image):
    image.run(".venv/test/bin/python -m pytest -q -p no:cacheprovider tests/engine/test_engines.py")
    image.run(
        "MESH_ENGINE=spark .venv/spark35/bin/python -m pytest -q -p no:cacheprovider tests/engine/test_engines.py"
    )


def test_databases_start_inside(image):
    assert "MESH_POSTGRESQL=" in image.run(
        "servers=$(mktemp -d) && scripts/servers start $servers && scripts/servers stop $servers"
    )
