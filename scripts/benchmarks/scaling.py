"""How the costs of one run grow with rows, files, partitions and rules; with cores, and on both engines.

Every case is a run of `mesh-etl` from an empty folder, in rounds in which all cases take turns. What is fitted is
CPU seconds ~ size^exponent between the cases of a curve, after what a run of the smallest size costs at the start.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from contestants import BENCH, DEMO_BIN, ROOT, SPARK_BIN
from measure import Usage, measure
from orders import orders
from page import machine, table
from scaling_entry import entries

PAGE = ROOT / "docs/scaling.md"
MEGA = 1_000_000
CURVES = {
    "rows": (100_000, 1 * MEGA, 4 * MEGA),
    "files": (10, 1_000, 10_000),
    "partitions": (1, 300, 3_000),
    "rules": (5, 50, 300),
}
SMALL = {"rows": (20_000, 100_000), "files": (5, 50), "partitions": (1, 30), "rules": (5, 30)}
KINDS = (("embedded", 1), ("embedded", 2), ("spark", 2))  # engines, and the cores that they may use
BASE = {"rows": MEGA, "files": 1, "partitions": 1, "rules": 5}  # what the other curves hold still
COLUMNS = {
    "order_id": "bigint", "line_no": "int", "customer_id": "bigint", "country": "string", "status": "string",
    "email": "string", "sku": "string", "quantity": "int", "amount": "decimal(12,2)", "ts": "timestamp_ntz",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One point of a curve on an engine with so many cores."""

    curve: str
    size: int
    engine: str
    cores: int
    base: int  # the rows of curves that hold them still

    @property
    def name(self) -> str:
        return f"{self.curve}-{self.size}-{self.engine}-{self.cores}"

    def of(self, what: str) -> int:
        """How many rows, files, partitions or rules this case has."""
        if what == self.curve:
            return self.size
        return self.base if what == "rows" else BASE[what]

    def run(self) -> Usage:
        """What one run costs; raises `SystemExit` when it does not publish every row."""
        folder = BENCH / "work/scaling"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write(folder, self)
        program = (DEMO_BIN if self.engine == "embedded" else SPARK_BIN) / "mesh-etl"
        cores = ",".join(str(one) for one in sorted(os.sched_getaffinity(0))[: self.cores])
        command = ["taskset", "--cpu-list", cores, str(program), "run", "bench.orders", "--engine", self.engine]
        usage = measure(command, folder, folder / "log.txt")
        rows = f"{self.of('rows'):,}"
        if f"{rows} read = {rows} good" not in (folder / "log.txt").read_text():
            raise SystemExit(f"{self.name} did not publish {rows} rows")
        return usage


def write(root: Path, case: Case) -> None:
    """A project whose one product reads the case's files."""
    partitions, rules = case.of("partitions"), case.of("rules")
    texts = [name for name, type_ in COLUMNS.items() if type_ == "string"]
    stated = {name: [_rule(n) for n in range(at, rules, len(texts))] for at, name in enumerate(texts)}
    keyed = f"\n  partition_by: ['bucket({partitions}, order_id)']" if partitions > 1 else ""
    files = {
        "mesh.yaml": "name: bench\nwarehouse: .mesh/warehouse\ndomains: {bench: {owner: o, description: Orders.}}\n",
        "env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
        "bench/orders/job.yaml": f"product: bench.orders\nsource: {{type: csv, path: '{delivered(case)}/*.csv'}}\n"
        f"target:\n  mode: replace{keyed}\nchecks: {{max_rejected: 100%}}\n",
        "bench/orders/contract.yaml": "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: 1.0.0\n"
        "status: active\nschema:\n  - name: orders\n    properties:\n"
        + "".join(_column(name, type_, stated.get(name, [])) for name, type_ in COLUMNS.items()),
    }
    for name, text in files.items():
        path = root / "configs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _column(name: str, type_: str, rules: list[str]) -> str:
    quality = f", quality: [{', '.join(rules)}]" if rules else ""
    return f"      - {{name: {name}, physicalType: '{type_}'{quality}}}\n"


def _rule(number: int) -> str:
    """A rule that the write's own pass answers, different from all others, and that no row breaks."""
    return f"{{name: r{number}, metric: invalidValues, arguments: {{pattern: '^[^~]*[^~]{{0,{number}}}$'}}, mustBe: 0}}"


def delivered(case: Case) -> Path:
    """The folder with the case's rows as CSV, cut into its number of files; made once."""
    rows, count = case.of("rows"), case.of("files")
    folder = BENCH / f"scaling-{rows}-{count}"
    if folder.exists():
        return folder
    making = folder.with_name(folder.name + ".part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    with orders(rows, "csv").open("rb") as source:
        header = source.readline()
        for number in range(count):
            share = rows * (number + 1) // count - rows * number // count
            with (making / f"part-{number:05}.csv").open("wb") as part:
                part.write(header)
                part.writelines(line for _, line in zip(range(share), source, strict=False))
    making.rename(folder)
    return folder


def cases(curves: dict[str, tuple[int, ...]], base: int) -> Iterator[Case]:
    """All points: embedded on one core and on two, Spark on two."""
    for curve, sizes in curves.items():
        for size in sizes:
            for engine, cores in KINDS:
                yield Case(curve, size, engine, cores, base)


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of CPU seconds beyond the smallest case's, over size, on logarithms, by least squares.

    The smallest case is taken to be start-up and its own share, so that 1 is linear.
    """
    (small, first), *rest = sorted(points)
    pairs = [(math.log(size - small), math.log(max(spent - first, 0.01))) for size, spent in rest]
    if len(pairs) < 2:
        return math.nan
    middle = [sum(one) / len(pairs) for one in zip(*pairs, strict=True)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in pairs)
    return above / sum((x - middle[0]) ** 2 for x, _ in pairs)


def section(curves: dict[str, tuple[int, ...]], base: int, runs: int) -> str:
    """The section of the page, from measurements made now."""
    every = list(cases(curves, base))
    for case in every:
        delivered(case)
    spent: dict[Case, list[Usage]] = {case: [] for case in every}
    for number in range(1, runs + 1):
        for case in every:
            usage = case.run()
            spent[case].append(usage)
            said = f"{usage.wall:.2f} s, {usage.cpu:.2f} CPU s, {usage.peak_mb:.0f} MB"
            print(f"run {number} of {runs}: {case.name}: {said}", file=sys.stderr)
    text = [f"`scripts/bench scaling --runs {runs}`: {base:,} rows where nothing else is said. {machine()}."]
    for curve in curves:
        text += [
            "",
            f"### By {curve}",
            "",
            *_curve(curve, {case: spent[case] for case in every if case.curve == curve}),
        ]
    text += ["", "### The ledger entry of one commit", "", *entries((1_000, 10_000, 100_000))]
    return "\n".join(text)


def _curve(curve: str, spent: dict[Case, list[Usage]]) -> Iterator[str]:
    """The lines of one curve: its table, then how it grows on each engine."""
    points: dict[tuple[str, int], dict[int, Usage]] = {}
    for case, usages in spent.items():
        middle = Usage(*(median(getattr(one, field) for one in usages) for field in ("wall", "cpu", "peak_mb")))
        points.setdefault((case.engine, case.cores), {})[case.size] = middle
    names = {kind: f"{kind[0]}, {kind[1]} core{'s' * (kind[1] > 1)}" for kind in points}
    rows = []
    for size in sorted({case.size for case in spent}):
        found = [points[kind][size] for kind in names]
        cells = [cell for one in found for cell in (f"{one.wall:.1f}", f"{one.cpu:.1f}", f"{one.peak_mb:.0f}")]
        rows.append([f"{size:,}", *cells])
    yield table([curve, *(f"{name}: {unit}" for name in names.values() for unit in ("wall s", "CPU s", "MB"))], rows)
    yield ""
    for kind, name in names.items():
        sizes = points[kind]
        first, last = min(sizes), max(sizes)
        times = f"{sizes[last].cpu / sizes[first].cpu:.1f} times the CPU for {last / first:,.0f} times the {curve}"
        grown = exponent([(size, one.cpu) for size, one in sizes.items()])
        yield f"- {name}: {times}; exponent {grown:.2f}"


def write_page(text: str) -> None:
    """docs/scaling.md holds the curves between its markers; the rest stays as it is."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- curves: begin -->", "<!-- curves: end -->"
    new = re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{text.strip()}\n{end}", page, flags=re.DOTALL)
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="little sizes, to try it; prints and writes nothing")
    parser.add_argument("--curves", default=",".join(CURVES), help="some of them, by comma")
    stated = parser.parse_args()
    wanted = {name: (SMALL if stated.small else CURVES)[name] for name in stated.curves.split(",")}
    found = section(wanted, 20_000 if stated.small else MEGA, stated.runs)
    print(found)
    if not stated.small:
        write_page(found)
