"""The project that the benchmarks run: one product, bench.lineitem, with 12 rules and month partitions."""

from __future__ import annotations

from pathlib import Path

from lineitem_columns import COLUMNS

RULES = {  # with the two keys' NULL checks, the primary key and the row count these are 12
    "l_quantity": "logicalTypeOptions: {minimum: 1, maximum: 50}",
    "l_discount": "logicalTypeOptions: {minimum: 0, maximum: 0.1}",
    "l_tax": "logicalTypeOptions: {minimum: 0, maximum: 0.08}",
    "l_returnflag": "enum: [{value: A}, {value: N}, {value: R}]",
    "l_linestatus": "enum: [{value: O}, {value: F}]",
    "l_shipinstruct": 'logicalTypeOptions: {pattern: "^[A-Z ]+$"}',
    "l_shipmode": "enum: ["
    + ", ".join(f"{{value: {mode}}}" for mode in ("AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"))
    + "]",
    "l_comment": "logicalTypeOptions: {maxLength: 44}",
}
KEYS = ("l_orderkey", "l_linenumber")
LOGICAL = {"bigint": "integer", "int": "integer", "decimal(15,2)": "number", "string": "string", "date": "date"}

MESH = """\
name: benchmark
warehouse: "${warehouse}"
domains:
  bench: {owner: bench, description: The benchmark's only domain}
"""
ENV = """\
world: {{type: local, home: .mesh}}
values: {{input: "{input}", warehouse: .mesh/warehouse}}
"""
JOB = """\
product: bench.lineitem
source: {type: csv, path: "${input}"}
target:
  mode: replace
  partition_by: [month(l_shipdate)]
"""
CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: bench-lineitem
name: lineitem
version: 1.0.0
status: active
schema:
  - name: lineitem
    quality:
      - {type: library, metric: rowCount, mustBeGreaterThan: 0}
    properties:
"""


def write_project(root: Path, source: Path) -> None:
    """`root` holds a project whose only product reads the CSV file `source`."""
    files = {
        "configs/mesh.yaml": MESH,
        "configs/env/local.yaml": ENV.format(input=source),
        "configs/bench/lineitem/job.yaml": JOB,
        "configs/bench/lineitem/contract.yaml": contract(),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def contract() -> str:
    """The contract with its 12 rules."""
    return CONTRACT + "".join(_column(name, type_) for name, type_ in COLUMNS.items())


def _column(name: str, type_: str) -> str:
    lines = [f"- name: {name}", f"  logicalType: {LOGICAL[type_]}", f"  physicalType: {type_}"]
    if name in KEYS:
        lines += ["  primaryKey: true", f"  primaryKeyPosition: {KEYS.index(name) + 1}"]
    if name in RULES:
        lines.append(f"  {RULES[name]}")
    return "".join(f"      {line}\n" for line in lines)
