"""Spark's own JDBC reader, with the databases' Java drivers, sees the values that our source reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyspark
import pytest


def plain(cell):
    """As spark_jdbc.py prints it."""
    if isinstance(cell, Decimal):
        return format(cell, "f").rstrip("0").rstrip(".")
    return cell.hex() if isinstance(cell, bytes) else str(cell)


@pytest.mark.slow
def test_spark_reads_the_same(engine, postgresql, mariadb):
    if engine.name != "spark":
        pytest.skip("the Java drivers need engine spark")
    ours = {}
    for database in (postgresql, mariadb):
        contract = database.put_shared()
        landed = database.land(contract, table="agreed")
        assert landed.rejects == []
        ours[database.url] = [dict(zip(contract, row, strict=True)) for row in sorted(landed.rows)]
    program = [sys.executable, str(Path(__file__).with_name("spark_jdbc.py"))]
    tables = [part for url in ours for part in (url, "agreed")]
    done = subprocess.run([*program, *tables], capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("ROWS "))[5:])
    same = json.loads(json.dumps(ours, default=plain))
    different = [
        (url, row["id"], name, theirs[url][index][name], row[name])
        for url, rows in same.items()
        for index, row in enumerate(rows)
        for name in row
        if theirs[url][index][name] != row[name]
    ]
    # The server writes a FLOAT with six digits, and the Java driver takes its word; our query asks for all of them.
    wanted = [(mariadb.url, 1, "nearer", 16777200.0, 16777216.0)]
    if pyspark.__version__.startswith("3."):  # takes a FLOAT for a DOUBLE
        wanted.append((mariadb.url, 2, "nearer", 0.1, 0.10000000149011612))
    assert different == wanted
