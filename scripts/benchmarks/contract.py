"""A contract with ten rules on five million orders: this library, which also writes them, against datacontract-cli."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from contestants import DEMO_BIN, ROOT, SPARK_BIN, Contestant, Result, compete
from orders import orders, refused
from page import machine, table, verdict, write_section
from ruamel.yaml import YAML

ORACLE = ROOT / ".venv/oracle/bin/datacontract"
CLI = "datacontract test"
MESH = """\
name: benchmark
warehouse: "${warehouse}"
domains:
  bench: {owner: bench, description: The benchmark's only domain}
"""
ENV = "world: {type: local, home: .mesh}\nvalues: {warehouse: .mesh/warehouse}\n"
JOB = """\
product: bench.orders
source: {{type: {kind}, path: "{path}"}}
target: {{mode: replace}}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: bench-orders
name: orders
version: 1.0.0
status: active
servers:
  - {{server: local, type: local, path: "{path}", format: {kind}}}
schema:
  - name: orders
    physicalName: orders
    physicalType: table
    quality:
      - {{id: rows, type: library, metric: rowCount, mustBeGreaterThan: 0}}
      - id: keys
        type: library
        metric: duplicateValues
        arguments: {{properties: [order_id, line_no]}}
        mustBeLessThan: 5000
      - {{id: negative, type: sql, query: "SELECT COUNT(*) FROM {{object}} WHERE amount < 0", mustBeLessThan: 5000}}
      - {{id: total, type: sql, query: "SELECT SUM(amount) FROM {{object}}", mustBeGreaterThan: 0}}
    properties:
      - name: order_id
        logicalType: integer
        physicalType: bigint
        quality: [{{id: ids, type: library, metric: duplicateValues, mustBeLessThan: 5000}}]
      - {{name: line_no, logicalType: integer, physicalType: int}}
      - name: customer_id
        logicalType: integer
        physicalType: bigint
        quality: [{{id: customers, type: library, metric: nullValues, unit: percent, mustBeLessThan: 1}}]
      - name: country
        logicalType: string
        physicalType: string
        quality:
          - id: countries
            type: library
            metric: invalidValues
            arguments: {{validValues: [AT, BE, CH, CZ, DE, DK, ES, FI, FR, GB, IE, IT, NL, "NO", PL, PT]}}
            mustBe: 0
      - name: status
        logicalType: string
        physicalType: string
        quality:
          - id: statuses
            type: library
            metric: invalidValues
            arguments: {{validValues: [open, paid, shipped, delivered, returned]}}
            mustBe: 0
      - name: email
        logicalType: string
        physicalType: string
        quality:
          - id: emails
            type: library
            metric: invalidValues
            arguments: {{pattern: '^[a-z0-9.]+@[a-z0-9.]+[.][a-z]+$'}}
            mustBe: 0
      - name: sku
        logicalType: string
        physicalType: string
        quality:
          - id: skus
            type: library
            metric: invalidValues
            arguments: {{pattern: '^[A-Z]{{2}}-[0-9]{{5}}$'}}
            mustBe: 0
      - {{name: quantity, logicalType: integer, physicalType: int}}
      - {{name: amount, logicalType: number, physicalType: "decimal(12,2)"}}
      - {{name: ts, logicalType: timestamp, logicalTypeOptions: {{timezone: false}}, physicalType: timestamp_ntz}}
"""


def without_rules(contract: str) -> str:
    """The contract's names and types alone."""
    found = YAML(typ="safe").load(contract)
    for one in found["schema"]:
        for part in (one, *one["properties"]):
            part.pop("quality", None)
    return json.dumps(found)


class Mesh(Contestant):
    """This library: parse, check, quarantine, write, audit, commit, register."""

    def __init__(self, kind: str, rows: int, engine: str = "embedded", rules: bool = True) -> None:
        how = "" if engine == "embedded" else f", {engine}"
        how += "" if rules else ", no rules"
        super().__init__(f"mesh-etl run, {kind}, {rows:,} rows{how}", orders(rows, kind))
        self.kind, self.count, self.engine, self.rules = kind, rows, engine, rules
        self.product = self.folder / ".mesh/warehouse/bench/orders"
        self.table = self.product / "data"

    def prepare(self) -> None:
        super().prepare()
        contract = CONTRACT.format(kind=self.kind, path=self.source)
        texts = {
            "configs/mesh.yaml": MESH,
            "configs/env/local.yaml": ENV,
            "configs/bench/orders/job.yaml": JOB.format(kind=self.kind, path=self.source),
            "configs/bench/orders/contract.yaml": contract if self.rules else without_rules(contract),
        }
        for name, text in texts.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")

    def command(self) -> list[str]:
        binaries = DEMO_BIN if self.engine == "embedded" else SPARK_BIN
        return [str(binaries / "mesh-etl"), "run", "bench.orders", "--engine", self.engine]

    def expected(self) -> int:
        return self.count - (refused(self.count) if self.rules else 0)


class DataContractCli(Contestant):
    """The command line of Entropy Data on the same file and contract; it writes nothing."""

    def __init__(self, kind: str, rows: int) -> None:
        super().__init__(f"{CLI}, {kind}, {rows:,} rows", orders(rows, kind))
        self.kind, self.count = kind, rows

    def prepare(self) -> None:
        super().prepare()
        (self.folder / "contract.yaml").write_text(CONTRACT.format(kind=self.kind, path=self.source), encoding="utf-8")

    def command(self) -> list[str]:
        found = "[ $? -eq 1 ] && grep -q 'Data contract is invalid' "  # the data has faults, and it says so
        return ["sh", "-c", f"{ORACLE} test contract.yaml >said.txt 2>&1 || {found} said.txt"]

    def rows(self) -> int:
        return self.count

    def expected(self) -> int:
        return self.count

    def files(self) -> list[Path]:
        return []


def section(rows: int, few: int, many: int, runs: int) -> str:
    """The section of the page, from measurements made now."""
    kinds = ("csv", "parquet")
    pairs = [(Mesh(kind, rows), DataContractCli(kind, rows)) for kind in kinds]
    results = {one.name: one for one in compete([one for pair in pairs for one in pair], runs)}
    sizes = {one.name: one for one in compete([Mesh(kind, size) for kind in kinds for size in (few, many)], 1)}
    spark = {
        one.name: one for one in compete([Mesh("csv", rows, "spark"), Mesh("csv", rows, "spark", rules=False)], runs)
    }
    shown = [_row(one) for one in (*results.values(), *sizes.values(), *spark.values())]
    verdicts = []
    for mesh, other in pairs:
        mine, theirs = results[mesh.name].usage, results[other.name].usage
        verdicts.append(verdict(f"to {CLI}, {mesh.kind}, wall time", mine.wall / theirs.wall, 1.0))
        verdicts.append(verdict(f"to {CLI}, {mesh.kind}, CPU", mine.cpu / theirs.cpu, 1.0))
    for small, large in zip(*[iter(sizes.values())] * 2, strict=True):
        growth = large.usage.peak_mb / small.usage.peak_mb
        verdicts.append(verdict(f"memory of {large.name} to {few:,}", growth, 1.5))
    checked, plain = (one.usage.cpu for one in spark.values())
    verdicts.append(verdict("on Spark, the same table with rules to without, CPU", checked / plain, 1.2))
    return f"""
## A contract with ten rules

`scripts/bench contract --rows {rows} --few {few} --many {many} --runs {runs}`: orders of ten columns, with faults in
one row of 450. The contract has ten rules: the row count, two keys, a share of NULLs, two lists of values, two
patterns, two queries. `mesh-etl run` checks them, keeps the refused rows in a quarantine, writes the table, commits and
registers it; `datacontract test` (datacontract-cli, {version_of("datacontract-cli")}) checks the same contract and
writes nothing. {machine()}.

{table(["", "wall s", "CPU s", "peak MB", "files", "MB"], shown)}

{chr(10).join(verdicts)}
"""


def _row(one: Result) -> list[str]:
    usage = one.usage
    return [
        one.name,
        f"{usage.wall:.1f}",
        f"{usage.cpu:.1f}",
        f"{usage.peak_mb:.0f}",
        f"{one.files}",
        f"{one.megabytes:.0f}",
    ]


def version_of(package: str) -> str:
    """The version that the lock file of the environment `oracle` pins."""
    lines = (ROOT / "requirements/oracle.txt").read_text(encoding="utf-8").splitlines()
    return next(line.partition("==")[2].split()[0] for line in lines if line.startswith(f"{package}=="))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--few", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=20_000_000)
    parser.add_argument("--runs", type=int, default=3)
    stated = parser.parse_args()
    write_section("contract", section(stated.rows, stated.few, stated.many, stated.runs))
