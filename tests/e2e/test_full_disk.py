"""A disk that Spark fills while it shuffles: its own code, and a session that works on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SHUFFLES = """\
from mesh_etl.errors import RunError
from mesh_etl.run import engines
from mesh_etl.run.engines.failures import translated

def shuffled(count):
    with translated("shop.orders"):
        return engine.session().range(count).selectExpr("uuid() as word").repartition(2, "word").distinct().count()

if __name__ == "__main__":
    with engines.open("spark", master="local[1]") as engine:
        try:
            print(shuffled(20_000))
        except RunError as error:
            print(error)
        print(shuffled(10))
"""


def test_a_disk_that_is_full_where_spark_shuffles(engine, tmp_path, disk):
    if engine.name != "spark":
        pytest.skip("the embedded engine keeps nothing on disk")
    scratch = tmp_path / "scratch"
    environment = os.environ | {"SPARK_LOCAL_DIRS": str(scratch)}
    with disk(scratch, 128):
        said = subprocess.run([sys.executable, "-c", SHUFFLES], env=environment, stdout=-1, text=True, check=True)
    refused, worked = said.stdout.splitlines()
    assert refused.startswith("shop.orders: no space is left where the engine keeps what it sorts and joins; free some")
    assert refused.endswith("[DISK_FULL]")
    assert "SPARK_LOCAL_DIRS" in refused
    assert worked == "10"
