"""Who takes part: how each contestant is started, and what it must leave behind."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb
from measure import Usage, measure
from project import write_project

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BENCH = ROOT / ".mesh/bench"
DEMO_BIN = ROOT / ".venv/demo/bin"
SPARK_BIN = ROOT / ".venv/spark41/bin"


@dataclass(frozen=True)
class Result:
    """The medians over all runs of one contestant, and what its table consists of."""

    name: str
    usage: Usage
    files: int
    megabytes: float


class Contestant:
    """A command that turns one CSV file into a partitioned Parquet table in a folder of its own."""

    def __init__(self, name: str, source: Path) -> None:
        self.name = name
        self.source = source
        self.folder = BENCH / "work" / name
        self.table = self.folder / "table"

    def command(self) -> list[str]:
        """What is measured."""
        raise TypeError(f"{type(self).__name__} has no command")

    def prepare(self) -> None:
        """Nothing of an earlier run is left."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def run(self) -> Usage:
        """The costs of one run from an empty folder."""
        self.prepare()
        return measure(self.command(), self.folder, self.folder / "log.txt")

    def rows(self) -> int:
        """The rows of the table."""
        [[count]] = duckdb.execute(f"SELECT count(*) FROM read_parquet('{self.table}/**/*.parquet')").fetchall()
        return int(count)

    def expected(self) -> int:
        """The rows of the input."""
        return _lines(self.source) - 1

    def files(self) -> list[Path]:
        """The files of the table."""
        return list(self.table.rglob("*.parquet"))


class Mesh(Contestant):
    """This library: contract, job, 12 rules, quarantine, ledger and catalogue."""

    def __init__(self, engine: str, source: Path) -> None:
        super().__init__(f"mesh_etl, {engine}", source)
        self.engine = engine
        self.table = self.folder / ".mesh/warehouse/bench/lineitem/data"

    def prepare(self) -> None:
        super().prepare()
        write_project(self.folder, self.source)

    def command(self) -> list[str]:
        program = (DEMO_BIN if self.engine == "embedded" else SPARK_BIN) / "mesh-etl"
        return [str(program), "run", "bench.lineitem", "--engine", self.engine]


class PlainSpark(Contestant):
    """The hand-written PySpark script."""

    def command(self) -> list[str]:
        return [str(SPARK_BIN / "python"), str(HERE / "plain_spark.py"), str(self.source), str(self.table)]


class DuckDB(Contestant):
    """One COPY."""

    def command(self) -> list[str]:
        return [str(DEMO_BIN / "python"), str(HERE / "duckdb_copy.py"), str(self.source), str(self.table)]


def compete(contestants: Sequence[Contestant], runs: int) -> list[Result]:
    """The result of each, after `runs` rounds in which all take turns, so that a slow minute hits everyone.

    Raises `SystemExit` when a table does not have the rows of the input.
    """
    usages: dict[str, list[Usage]] = {one.name: [] for one in contestants}
    for round_number in range(1, runs + 1):
        for one in contestants:
            usage = one.run()
            usages[one.name].append(usage)
            said = f"{usage.wall:.2f} s, {usage.cpu:.2f} CPU s, {usage.peak_mb:.0f} MB"
            print(f"run {round_number} of {runs}: {one.name}: {said}", file=sys.stderr)
            if round_number == 1 and (found := one.rows()) != (wanted := one.expected()):
                raise SystemExit(f"{one.name} wrote {found} rows instead of {wanted}")
    return [_result(one, usages[one.name]) for one in contestants]


def _result(one: Contestant, usages: list[Usage]) -> Result:
    middle = Usage(*(median(getattr(usage, field) for usage in usages) for field in ("wall", "cpu", "peak_mb")))
    files = one.files()
    return Result(one.name, middle, len(files), sum(file.stat().st_size for file in files) / 1e6)


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
