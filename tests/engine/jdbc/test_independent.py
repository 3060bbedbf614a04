"""Spark's own JDBC reader, with the databases' Java drivers, sees the values that our source reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

# column → type in PostgreSQL, type in MariaDB, type in the contract, two cells
SHARED = {
    "id": ("int", "int", "int", "1", "2"),
    "small": ("smallint", "smallint", "smallint", "-32768", "NULL"),
    "big": ("bigint", "bigint", "bigint", "9223372036854775807", "-9223372036854775808"),
    "exact": ("numeric(30,10)", "decimal(30,10)", "decimal(30,10)", "12345678901234567890.0123456789", "-0.0000000001"),
    "near": ("float8", "double", "double", "0.1", "1.7976931348623157e308"),
    "nearer": ("float4", "float", "float", "16777216", "0.1"),
    "day": ("date", "date", "date", "'2024-02-29'", "NULL"),
    "clock": ("timestamp", "datetime(6)", "timestamp_ntz", "'2024-03-31 02:30:00.000001'", "'1999-12-31 23:59:59'"),
    "text": ("text", "text", "string", "' Ünïcode ''😀'' '", "''"),
    "bytes": ("bytea", "blob", "binary", "BYTES", "NULL"),
    "flag": ("boolean", "bit(1)", "boolean", "true", "false"),
}


def plain(cell):
    """As spark_jdbc.py prints it."""
    if isinstance(cell, Decimal):
        return format(cell, "f").rstrip("0").rstrip(".")
    return cell.hex() if isinstance(cell, bytes) else str(cell)


@pytest.mark.slow
def test_spark_reads_the_same(engine, postgresql, mariadb):
    if engine.name != "spark":
        pytest.skip("the Java drivers need engine spark")
    contract = {name: kinds[2] for name, kinds in SHARED.items()}
    ours = {}
    for index, database in enumerate((postgresql, mariadb)):
        columns = ", ".join(f"{name} {kinds[index]}" for name, kinds in SHARED.items())
        raw = "'\\x00ff'" if index == 0 else "0x00ff"
        rows = [", ".join(kinds[row].replace("BYTES", raw) for kinds in SHARED.values()) for row in (3, 4)]
        database.run("DROP TABLE IF EXISTS agreed", f"CREATE TABLE agreed ({columns})")
        database.run(f"INSERT INTO agreed VALUES ({rows[0]}), ({rows[1]})")
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
    assert different == [(mariadb.url, 1, "nearer", 16777200.0, 16777216.0)]
