"""Peak memory of this library when the input grows."""

from __future__ import annotations

import argparse

from contestants import Mesh, compete
from page import machine, table, write_section
from tpch import lineitem


def section(scales: list[float], runs: int) -> str:
    """The section of the page, from measurements made now."""
    peaks: dict[str, list[float]] = {}
    for scale in scales:
        source = lineitem(scale)
        for result in compete([Mesh("embedded", source), Mesh("spark", source)], runs):
            peaks.setdefault(result.name, []).append(result.usage.peak_mb)
    sizes = [f"scale {scale:g} ({lineitem(scale).stat().st_size / 1e6:.0f} MB)" for scale in scales]
    rows = [[name, *(f"{peak:.0f}" for peak in found), f"{found[-1] / found[0]:.2f}×"] for name, found in peaks.items()]
    return f"""
## Peak memory when the input grows

`scripts/bench memory --scales {",".join(f"{scale:g}" for scale in scales)} --runs {runs}`: the job of the first
section; peak megabytes of the whole process tree, and the last scale relative to the first. {machine()}.

{table(["", *sizes, "growth"], rows)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scales", default="1,3", help="comma-separated, smallest first")
    parser.add_argument("--runs", type=int, default=1)
    arguments = parser.parse_args()
    write_section("memory", section([float(scale) for scale in arguments.scales.split(",")], arguments.runs))
