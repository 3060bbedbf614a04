"""CSV to a month-partitioned, zstd-compressed table: this library against plain PySpark and a bare DuckDB COPY."""

from __future__ import annotations

import argparse

from contestants import DuckDB, Mesh, PlainSpark, compete
from page import machine, table, verdict, write_section
from tpch import lineitem

EMBEDDED, SPARK, PLAIN, FLOOR = "mesh_etl, embedded", "mesh_etl, spark", "plain PySpark", "DuckDB COPY"


def section(scale: float, runs: int) -> str:
    """The section of the page, from measurements made now."""
    source = lineitem(scale)
    entrants = [Mesh("embedded", source), Mesh("spark", source), PlainSpark(PLAIN, source), DuckDB(FLOOR, source)]
    results = {result.name: result for result in compete(entrants, runs)}
    cpu = {name: result.usage.cpu for name, result in results.items()}
    rows = [
        [
            name,
            f"{result.usage.wall:.1f}",
            f"{result.usage.cpu:.1f}",
            f"{cpu[name] / cpu[FLOOR]:.2f}×",
            f"{cpu[name] / cpu[PLAIN]:.2f}×",
            f"{result.usage.peak_mb:.0f}",
            f"{result.files}",
            f"{result.megabytes:.0f}",
        ]
        for name, result in results.items()
    ]
    header = ["", "wall s", "CPU s", f"CPU to {FLOOR}", f"CPU to {PLAIN}", "peak MB", "files", "MB"]
    return f"""
## TPC-H lineitem, CSV to month partitions

`scripts/bench lineitem --scale {scale:g} --runs {runs}`: {source.stat().st_size / 1e6:.0f} MB of CSV become Parquet,
zstd-compressed and partitioned by the month of l_shipdate. This library also checks 12 rules (NULLs, ranges, accepted
values, a pattern, a length, the primary key, the row count), keeps a quarantine, commits to the ledger and registers
the table; the other two check nothing. {machine()}.

{table(header, rows)}

{verdict("embedded to DuckDB's bare COPY, CPU", cpu[EMBEDDED] / cpu[FLOOR], 2.0)}
{verdict("embedded to plain PySpark, CPU", cpu[EMBEDDED] / cpu[PLAIN], 0.4)}
{verdict("spark to plain PySpark, CPU", cpu[SPARK] / cpu[PLAIN], 0.7)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    write_section("lineitem", section(arguments.scale, arguments.runs))
