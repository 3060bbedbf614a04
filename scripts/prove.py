"""Prove the demo's arithmetic: what spoil.py did to the input against what the ledgers say was caught.

    python scripts/prove.py .mesh/raw

compares every kind of spoiled row with the rule that must have caught it, the row counts of each table, and what
deliver.py delivered with what the merges made of it; it prints both sides and ends with 1 when any differ.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

RAGGED = {"too_many_fields": "FIELD_COUNT", "too_few_fields": "FIELD_COUNT"}
# per product: its input, and for each kind of spoiled row the rule that catches it
CAUGHT_BY: dict[str, tuple[str, dict[str, str]]] = {
    "customer.customers": (
        "customer.csv",
        {"missing_key": "customer_key.required", "bad_number": "TYPE_FORMAT", **RAGGED},
    ),
    "sales.orders": (
        "orders.csv",
        {
            "missing_key": "order_key.required",
            "bad_date": "DATE_FORMAT",
            "impossible_amount": "total_price.range",
            "unknown_status": "status.invalidValues[0]",
            "repeated_row": "dedupe[0]",
            **RAGGED,
        },
    ),
    "sales.lineitems": (
        "lineitem.csv",
        {
            "bad_date": "DATE_FORMAT",
            "impossible_amount": "quantity.range",
            "unknown_mode": "ship_mode.invalidValues[0]",
            **RAGGED,
        },
    ),
}


MERGED = "sales.order_status"
FATES = ("inserted", "updated", "deleted", "unchanged", "superseded", "late")


class Line(NamedTuple):
    """One comparison: what was done to the input, and what the ledger says."""

    product: str
    what: str
    spoiled: int
    caught: int


def lines(product: str, spoiled: dict[str, Any], rules: dict[str, str], table: dict[str, Any]) -> Iterator[Line]:
    """All comparisons of a product; a rule that caught rows though nothing was spoiled for it is one of them."""
    caught = {rule["rule"]: rule["rows"] for rule in table["rules"] if rule["status"] == "rejected rows"}
    caught |= table["dropped"]
    expected: dict[str, int] = {}
    for kind, rows in spoiled["spoiled"].items():
        expected[rules[kind]] = expected.get(rules[kind], 0) + rows
    for rule in sorted(expected.keys() | caught.keys()):
        kinds = "+".join(kind for kind, name in rules.items() if name == rule)
        yield Line(product, f"{kinds or 'nothing'} → {rule}", expected.get(rule, 0), caught.get(rule, 0))
    repeated = spoiled["spoiled"].get("repeated_row", 0)
    yield Line(product, "rows in the file → read", spoiled["rows"], table["counts"]["read"])
    good = spoiled["clean_rows"] - sum(spoiled["spoiled"].values()) + repeated
    yield Line(product, "rows left whole → good", good, table["counts"]["good"])


def merged(delivered: dict[str, dict[str, int]], versions: list[dict[str, Any]]) -> Iterator[Line]:
    """What was delivered against what the merges made of it, delivery by delivery; a row may have no other fate."""
    merges = [one for one in versions if one["operation"] == "merge"]
    yield Line(MERGED, "deliveries → merges", len(delivered), len(merges))
    for (number, wanted), version in zip(delivered.items(), merges, strict=False):
        for fate in FATES:
            rows, found = wanted.get(fate, 0), version["changed"][fate]
            if rows or found:
                yield Line(MERGED, f"delivery {number}: {fate}", rows, found)
        yield Line(MERGED, f"delivery {number}: rows → good", sum(wanted.values()), version["counts"]["good"])


def asked(command: str, product: str) -> dict[str, Any]:
    """What the command says of the product's table, as data."""
    words = [sys.executable, "-m", "mesh_etl.cli", command, product, "--json"]
    answer: dict[str, Any] = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return answer


def prove(raw: Path) -> bool:
    """Whether every number is what it should be; all of them are printed."""
    files = json.loads((raw / "spoiled.json").read_text())["files"]
    found = [
        line
        for product, (file, rules) in CAUGHT_BY.items()
        for line in lines(product, files[file], rules, asked("show", product)["table"])
    ]
    delivered = json.loads((raw / "delivered.json").read_text())
    found += merged(delivered, asked("history", MERGED)["versions"])
    print(f"{'product':<19} {'spoiled on purpose → caught by':<44} {'spoiled':>7} {'caught':>7}")
    for line in found:
        mark = "" if line.spoiled == line.caught else "  DIFFERS"
        print(f"{line.product:<19} {line.what:<44} {line.spoiled:>7} {line.caught:>7}{mark}")
    return all(line.spoiled == line.caught for line in found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compare the rows that were spoiled with those that were caught.")
    parser.add_argument("raw", type=Path)
    sys.exit(0 if prove(parser.parse_args().raw) else 1)
