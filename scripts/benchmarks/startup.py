"""A product of 10,000 rows, from the shell to the prompt."""

from __future__ import annotations

import argparse

from contestants import DuckDB, Mesh, PlainSpark, compete
from page import machine, table, write_section
from tpch import first_rows

ROWS = 10_000


def section(runs: int) -> str:
    """The section of the page, from measurements made now."""
    source = first_rows(ROWS)
    entrants = [
        Mesh("embedded", source),
        Mesh("spark", source),
        PlainSpark("plain PySpark", source),
        DuckDB("DuckDB COPY", source),
    ]
    rows = [
        [result.name, f"{result.usage.wall:.2f}", f"{result.usage.cpu:.2f}", f"{result.usage.peak_mb:.0f}"]
        for result in compete(entrants, runs)
    ]
    return f"""
## Start-up: {ROWS:,} rows from the shell to the prompt

`scripts/bench startup --runs {runs}`: the table of the first section from {ROWS:,} rows of CSV,
process start and end included. {machine()}.

{table(["", "wall s", "CPU s", "peak MB"], rows)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    write_section("startup", section(parser.parse_args().runs))
