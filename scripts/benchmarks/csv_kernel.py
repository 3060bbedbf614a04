"""CSV to typed columns, nothing written: this library's kernel against pyarrow.csv and Spark's typed reader."""

from __future__ import annotations

import argparse
from pathlib import Path

from contestants import DEMO_BIN, HERE, SPARK_BIN, Contestant, compete
from page import machine, table, verdict, write_section
from tpch import lineitem

KERNEL, ARROW, SPARK = "mesh_etl's kernel", "pyarrow.csv", "Spark's typed reader"
WAYS = {KERNEL: ("kernel", DEMO_BIN), ARROW: ("pyarrow", DEMO_BIN), SPARK: ("spark", SPARK_BIN)}


class Reading(Contestant):
    """A way to read the file that leaves nothing but the number of rows."""

    def command(self) -> list[str]:
        way, binaries = WAYS[self.name]
        return [str(binaries / "python"), str(HERE / "read_csv.py"), way, str(self.source)]

    def rows(self) -> int:
        return int((self.folder / "log.txt").read_text().split()[-1])

    def files(self) -> list[Path]:
        return []


def section(scale: float, runs: int) -> str:
    """The section of the page, from measurements made now."""
    source = lineitem(scale)
    results = compete([Reading(name, source) for name in WAYS], runs)
    cpu = {result.name: result.usage.cpu for result in results}
    rows = [
        [
            result.name,
            f"{result.usage.wall:.1f}",
            f"{result.usage.cpu:.1f}",
            f"{source.stat().st_size / 1e6 / result.usage.cpu:.0f}",
            f"{result.usage.cpu / cpu[ARROW]:.2f}×",
            f"{result.usage.cpu / cpu[SPARK]:.2f}×",
            f"{result.usage.peak_mb:.0f}",
        ]
        for result in results
    ]
    header = ["", "wall s", "CPU s", "MB a CPU s", f"CPU to {ARROW}", f"CPU to {SPARK}", "peak MB"]
    return f"""
## CSV to typed columns

`scripts/bench csv_kernel --scale {scale:g} --runs {runs}`: all sixteen columns of {source.stat().st_size / 1e6:.0f} MB
of TPC-H lineitem are parsed and typed, and nothing is written; start-up is included. The kernel checks every record and
every cell, and runs on one core; pyarrow.csv reads in batches straight to the types; Spark reads with the schema given
into its noop sink. {machine()}.

{table(header, rows)}

{verdict(f"kernel to {SPARK}, CPU", cpu[KERNEL] / cpu[SPARK], 0.5)}
{verdict(f"kernel to {ARROW}, CPU", cpu[KERNEL] / cpu[ARROW], 1.5)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    write_section("csv_kernel", section(arguments.scale, arguments.runs))
