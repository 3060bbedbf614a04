"""1,680 small files of TPC-H lineitem to one for each month: this library against Polars, DuckDB and Spark."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path
from statistics import median
from time import process_time

import duckdb
from contestants import BENCH, DEMO_BIN, HERE, SPARK_BIN, Contestant, compete
from measure import Usage, measure
from page import machine, table, verdict, write_section
from project import JOB, write_project
from tpch import lineitem

PARTS = 20
SIZES = (10, 40)  # times a month
MONTH = "l_shipdate_month=1995-03"
TABLE = ".mesh/warehouse/bench/lineitem/data"
POLARS_BIN = BENCH / "polars-venv/bin"
EMBEDDED, POLARS, DUCKDB, SPARK = "mesh_etl, embedded", "Polars", "DuckDB", "Spark"


def small_files(scale: float) -> Path:
    """A project whose table grew by 20 commits, each with a file for each of 84 months; made once."""
    folder = BENCH / f"compact-{scale:g}"
    if folder.exists():
        return folder
    making = folder.with_name(folder.name + ".part")
    shutil.rmtree(making, ignore_errors=True)
    source = lineitem(scale)
    write_project(making, making / "part-*.csv")
    (making / "configs/bench/lineitem/job.yaml").write_text(JOB.replace("mode: replace", "mode: append"))
    with source.open("rb") as lines:
        header, rows = next(lines), sum(1 for _ in lines)
        lines.seek(len(header))
        for number in range(PARTS):
            part = making / f"part-{number}.csv"
            with part.open("wb") as file:
                file.write(header)
                file.writelines(islice(lines, -(-rows // PARTS)))
            command = [str(DEMO_BIN / "mesh-etl"), "run", "bench.lineitem"]
            subprocess.run(command, cwd=making, check=True, capture_output=True)
            part.unlink()
    making.rename(folder)
    return folder


def newest(project: Path) -> Path:
    """The folder of the files that the project's last commit wrote."""
    return max((project / TABLE).iterdir())


def standing(project: Path) -> Path:
    """A folder that has, for each partition, the files that stand in the project's table."""
    folder = project / "standing"
    if not folder.exists():
        for commit in sorted((project / TABLE).iterdir()):  # a later commit carries what stands of its partitions
            shutil.copytree(commit, folder.with_suffix(".part") / commit.name, copy_function=os.link)
            for partition in (folder.with_suffix(".part") / commit.name).iterdir():
                shutil.rmtree(folder / partition.name, ignore_errors=True)
                folder.mkdir(exist_ok=True)
                partition.rename(folder / partition.name)
        shutil.rmtree(folder.with_suffix(".part"))
    return folder


class Compactor(Contestant):
    """A script that reads the table's small files and writes a folder of its own."""

    def __init__(self, name: str, project: Path, python: Path, script: str) -> None:
        super().__init__(name, project)
        self.python, self.script = python, script

    def command(self) -> list[str]:
        return [str(self.python), str(HERE / self.script), str(standing(self.source)), str(self.table)]

    def expected(self) -> int:
        return _rows(standing(self.source))


class Mesh(Compactor):
    """The command, with its verification, its states, the commit and the catalogue."""

    def __init__(self, project: Path) -> None:
        super().__init__(EMBEDDED, project, DEMO_BIN / "python", "")

    def prepare(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        left_out = shutil.ignore_patterns("standing")
        shutil.copytree(self.source, self.folder, copy_function=_linked, ignore=left_out)

    def command(self) -> list[str]:
        return [str(DEMO_BIN / "mesh-etl"), "compact", "bench.lineitem"]

    def run(self) -> Usage:
        usage = super().run()
        self.table = newest(self.folder)
        return usage


def _linked(source: str, target: str) -> None:
    """Data files, which nothing changes, are linked; the others are copied."""
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def _rows(folder: Path) -> int:
    [[count]] = duckdb.execute(f"SELECT count(*) FROM read_parquet('{folder}/**/*.parquet')").fetchall()
    return int(count)


def scan(folder: Path, runs: int) -> float:
    """The median CPU seconds of a query that reads every column of the folder's files, in DuckDB."""
    [names] = [[row[0] for row in duckdb.execute(f"DESCRIBE FROM read_parquet('{folder}/**/*.parquet')").fetchall()]]
    told = ", ".join(f"max({name})" for name in names)
    found = []
    for _ in range(runs):
        begin = process_time()
        duckdb.execute(f"SELECT {told} FROM read_parquet('{folder}/**/*.parquet')").fetchall()
        found.append(process_time() - begin)
    return median(found)


def peak_mb(project: Path, times: int) -> float:
    """The peak memory of the kernel, which makes one file of a month's files, each taken so many times."""
    folder = BENCH / "work/compact memory"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    month = standing(project) / MONTH
    command = [str(DEMO_BIN / "python"), str(HERE / "compact_memory.py"), str(month), str(times), str(folder / "table")]
    return measure(command, folder, folder / "log.txt").peak_mb


def polars() -> Path:
    """The interpreter of an environment that has Polars; made once."""
    if not (POLARS_BIN / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(POLARS_BIN.parent)], check=True)
        subprocess.run([POLARS_BIN / "python", "-m", "pip", "install", "--quiet", "polars"], check=True)
    return POLARS_BIN / "python"


def section(scale: float, runs: int) -> str:
    """The section of the page, from measurements made now."""
    project = small_files(scale)
    entrants = [
        Mesh(project),
        Compactor(POLARS, project, polars(), "polars_compact.py"),
        Compactor(DUCKDB, project, DEMO_BIN / "python", "duckdb_compact.py"),
        Compactor(SPARK, project, SPARK_BIN / "python", "plain_spark_compact.py"),
    ]
    results = {result.name: result for result in compete(entrants, runs)}
    cpu = {name: result.usage.cpu for name, result in results.items()}
    best = min(POLARS, DUCKDB, key=lambda name: cpu[name])
    rows = [
        [
            name,
            f"{result.usage.wall:.1f}",
            f"{result.usage.cpu:.1f}",
            f"{cpu[name] / cpu[best]:.2f}×",
            f"{cpu[name] / cpu[SPARK]:.2f}×",
            f"{result.usage.peak_mb:.0f}",
            f"{result.files}",
            f"{result.megabytes:.0f}",
        ]
        for name, result in results.items()
    ]
    header = ["", "wall s", "CPU s", f"CPU to {best}", f"CPU to {SPARK}", "peak MB", "files", "MB"]
    scanned = {one.name: scan(one.table, 5) for one in entrants}
    before = scan(standing(project), 5)
    peaks = [peak_mb(project, times) for times in SIZES]
    return f"""
## Compaction

`scripts/bench compact --scale {scale:g} --runs {runs}`: a table of lineitem that grew by {PARTS} commits, each with a
file for every month, becomes one file for every month. This library copies the pages of columns without dictionaries,
encodes the other columns anew, verifies both, merges the states of the columns, and commits; the others verify nothing.
{machine()}.

{table(header, rows)}

All columns of the table read by DuckDB: {before:.2f} CPU seconds from the small files, {scanned[EMBEDDED]:.2f} from the
compacted ones, {scanned[DUCKDB]:.2f} from those that DuckDB has written. Peak memory of one task that makes one file of
a month's files, each taken {SIZES[0]} times: {peaks[0]:.0f} MB; {SIZES[1]} times: {peaks[1]:.0f} MB.

{verdict(f"embedded to {best}, CPU", cpu[EMBEDDED] / cpu[best], 1.2)}
{verdict("embedded to Spark, CPU", cpu[EMBEDDED] / cpu[SPARK], 0.12)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    write_section("compact", section(arguments.scale, arguments.runs))
