"""Reading a configuration, or asking for help, loads none of the heavy libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = ("pyspark", "pysail", "boto3", "botocore", "pyarrow", "pandas", "numpy", "duckdb", "awsglue")
LIGHT = (
    "mesh_etl",
    "mesh_etl.config",
    "mesh_etl.contract",
    "mesh_etl.transforms",
    "mesh_etl.sources",
    "mesh_etl.modes",
)


@pytest.mark.parametrize("module", [*LIGHT, "mesh_etl.cli"])
def test_import_is_light(module: str) -> None:
    program = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
