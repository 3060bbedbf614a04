"""The same rows in many small files and in few large ones, through the whole pipeline."""

from __future__ import annotations

import argparse
from pathlib import Path

from contestants import BENCH, Mesh, compete
from page import machine, table, verdict, write_section
from tpch import lineitem

MEGABYTES = 100


class Delivery(Mesh):
    """This library on a folder of files."""

    def __init__(self, engine: str, folder: Path, count: int) -> None:
        super().__init__(engine, folder)
        self.name = f"{engine}, {count:,} files"
        self.folder = BENCH / "work" / self.name
        self.table = self.folder / ".mesh/warehouse/bench/lineitem/data"

    def expected(self) -> int:
        return sum(path.read_bytes().count(b"\n") - 1 for path in self.source.iterdir())


def delivered(count: int) -> Path:
    """A folder with the first 100 MB of lineitem in so many files of one size; made once."""
    folder = BENCH / f"files-{count}"
    if folder.exists():
        return folder
    making = folder.with_name(folder.name + ".part")
    making.mkdir(parents=True)
    size = (MEGABYTES << 20) // count
    with lineitem(1).open("rb") as source:
        header = source.readline()
        for number in range(count):
            rows = source.read(size - len(header)) + source.readline()
            (making / f"part-{number:05}.csv").write_bytes(header + rows)
    making.rename(folder)
    return folder


def section(engine: str, many: int, few: int, runs: int) -> str:
    """The section of the page, from measurements made now."""
    results = compete([Delivery(engine, delivered(count), count) for count in (many, few)], runs)
    usages = [result.usage for result in results]
    rows = [
        [result.name, f"{result.usage.wall:.1f}", f"{result.usage.cpu:.1f}", f"{result.usage.peak_mb:.0f}"]
        for result in results
    ]
    return f"""
## Many small files

`scripts/bench files --engine {engine} --runs {runs}`: {MEGABYTES} MB of TPC-H lineitem in {many:,} files of
{MEGABYTES * 1024 // many} kB and in {few:,} of {MEGABYTES * 1024 // few} kB become the table of the first section, with
its 12 rules. {machine()}.

{table(["", "wall s", "CPU s", "peak MB"], rows)}

{verdict("many files to few, wall time", usages[0].wall / usages[1].wall, 2.0)}
{verdict("many files to few, CPU", usages[0].cpu / usages[1].cpu, 2.0)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="embedded", choices=("embedded", "spark"))
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    stated = parser.parse_args()
    write_section("files", section(stated.engine, stated.many, stated.few, stated.runs))
