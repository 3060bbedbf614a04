"""A merge of 1 % of the keys into lineitem: this library against a Spark script that writes the whole table anew."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

import duckdb
from contestants import DEMO_BIN, HERE, SPARK_BIN, Contestant, compete
from lineitem_columns import COLUMNS
from page import machine, table, verdict, write_section
from project import ENV, JOB, write_project
from tpch import lineitem

CHANGES = {  # which rows change, as a condition
    "scattered": "l_orderkey % 100 = 7",  # over all partitions and files
    "one month": "l_shipdate BETWEEN '1995-03-01' AND '1995-03-31'",
}
MERGE = JOB.replace("mode: replace", "mode: {type: merge, keys: [l_orderkey, l_linenumber]}")
ROOT = ".mesh/warehouse/bench/lineitem"


def changes(source: Path, name: str) -> Path:
    """A CSV file with the rows that change, each with another comment and discount; made once."""
    file = source.with_name(f"changes, {name}.csv")
    if not file.exists():
        columns = ", ".join(_changed(column) for column in COLUMNS)
        types = "{" + ", ".join(f"'{column}': 'VARCHAR'" for column in COLUMNS) + "}"
        rows = f"SELECT {columns} FROM read_csv('{source}', header=true, columns={types})"
        condition = CHANGES[name].replace("l_orderkey", "l_orderkey::BIGINT")
        duckdb.execute(f"COPY ({rows} WHERE {condition}) TO '{file}.part' (HEADER)")
        Path(f"{file}.part").rename(file)
    return file


def _changed(column: str) -> str:
    return {"l_comment": "'changed' AS l_comment", "l_discount": "'0.01' AS l_discount"}.get(column, column)


def base(source: Path) -> Path:
    """A project whose table holds lineitem; made once."""
    folder = source.with_name("merge-base")
    if not folder.exists():
        making = folder.with_name(folder.name + ".part")
        shutil.rmtree(making, ignore_errors=True)
        write_project(making, source)
        subprocess.run([str(DEMO_BIN / "mesh-etl"), "run", "bench.lineitem"], cwd=making, check=True)
        making.rename(folder)
    return folder


class Merging(Contestant):
    """A contestant that begins with a table and a file of changes, all of which are updates."""

    def __init__(self, name: str, source: Path, kind: str) -> None:
        super().__init__(f"{name}, {kind}", changes(source, kind))
        self.base = base(source)
        self.whole = source

    def expected(self) -> int:
        return Contestant("", self.whole).expected()


class MeshMerge(Merging):
    """This library: 12 rules, the key among them held against the whole table, and a commit."""

    def __init__(self, engine: str, source: Path, kind: str) -> None:
        super().__init__(f"mesh_etl, {engine}", source, kind)
        self.engine = engine

    def prepare(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.base, self.folder)
        (self.folder / "configs/env/local.yaml").write_text(ENV.format(input=self.source))
        (self.folder / "configs/bench/lineitem/job.yaml").write_text(MERGE)

    def command(self) -> list[str]:
        program = (DEMO_BIN if self.engine == "embedded" else SPARK_BIN) / "mesh-etl"
        return [str(program), "run", "bench.lineitem", "--engine", self.engine]

    def rows(self) -> int:
        said = subprocess.run(
            [str(DEMO_BIN / "mesh-etl"), "query", "SELECT count(*) AS n FROM bench.lineitem", "--format", "csv"],
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
        )
        return int(said.stdout.split()[-1])

    def files(self) -> list[Path]:
        """The files that the merge wrote: carried ones have more names than one."""
        newest = max((self.folder / ROOT / "data").iterdir())
        return [file for file in newest.rglob("*.parquet") if file.stat().st_nlink == 1]


class SparkMerge(Merging):
    """The hand-written PySpark script."""

    def command(self) -> list[str]:
        [data] = (self.base / ROOT / "data").iterdir()
        script = HERE / "plain_spark_merge.py"
        return [str(SPARK_BIN / "python"), str(script), str(data), str(self.source), str(self.table)]


def section(scale: float, runs: int) -> str:
    """The section of the page, from measurements made now."""
    source = lineitem(scale)
    rows, verdicts = [], []
    for kind in CHANGES:
        mine, yardstick = (MeshMerge("embedded", source, kind), SparkMerge("plain PySpark", source, kind))
        results = compete([mine, yardstick], runs)
        rows += [
            [
                result.name,
                f"{result.usage.wall:.1f}",
                f"{result.usage.cpu:.1f}",
                f"{result.usage.peak_mb:.0f}",
                f"{result.files}",
                f"{result.megabytes:.0f}",
            ]
            for result in results
        ]
        ours, theirs = (result.usage for result in results)
        verdicts += [
            verdict(f"{kind}, wall, to plain PySpark", ours.wall / theirs.wall, 0.33),
            verdict(f"{kind}, CPU, to plain PySpark", ours.cpu / theirs.cpu, 0.33),
        ]
    header = ["", "wall s", "CPU s", "peak MB", "files written", "MB written"]
    return f"""
## Merge of 1 % of the keys

`scripts/bench merge --scale {scale:g} --runs {runs}`: changes for 1 % of the rows of lineitem, as CSV, are merged into
the table of month partitions by its key: rows of all months, and those of one month. This library also checks 12 rules,
the key among them against the whole table; the Spark script joins the whole table with the changes, writes all of it
anew, and checks nothing. {machine()}.

{table(header, rows)}

{chr(10).join(verdicts)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    write_section("merge", section(arguments.scale, arguments.runs))
