"""The demo's input is spoiled exactly as its report says."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from spoil import KINDS, spoil

HEADERS = {
    "customer.csv": "c_custkey,c_name,c_address,c_nationkey,c_phone,c_acctbal,c_mktsegment,c_comment",
    "orders.csv": "o_orderkey,o_custkey,o_orderstatus,o_totalprice,o_orderdate,o_orderpriority,o_clerk,o_shippriority,"
    "o_comment",
    "lineitem.csv": "l_orderkey,l_partkey,l_suppkey,l_linenumber,l_quantity,l_extendedprice,l_discount,l_tax,"
    "l_returnflag,l_linestatus,l_shipdate,l_commitdate,l_receiptdate,l_shipinstruct,l_shipmode,l_comment",
    "nation.csv": "n_nationkey,n_name,n_regionkey,n_comment",
    "region.csv": "r_regionkey,r_name,r_comment",
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "clean").mkdir()
    for name, header in HEADERS.items():
        width = header.count(",") + 1
        rows = [",".join([str(row), *["v"] * (width - 2), f'"one, two {row}"']) for row in range(8_500)]
        (tmp_path / "clean" / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return tmp_path


def records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def kind_of(name: str, row: list[str]) -> str | None:
    width = HEADERS[name].count(",") + 1
    if len(row) != width:
        return "too_many_fields" if len(row) > width else "too_few_fields"
    marks = {"": "missing_key", "1996-02-30": "bad_date", "X": "unknown_status", "-1.00": "impossible_amount"}
    marks |= {"9999": "impossible_amount", "DRONE": "unknown_mode", "12.50 EUR": "bad_number"}
    found = [marks[value] for position, value in enumerate(row) if value in marks and (position or not value)]
    assert len(found) <= 1, "no row is spoiled twice"
    return found[0] if found else None


@pytest.mark.parametrize("name", KINDS)
def test_the_report_counts_what_is_in_the_file(raw: Path, name: str) -> None:
    report: dict[str, Any] = spoil(raw)[name]
    rows = records(raw / name)
    kinds = [kind_of(name, row) for row in rows]
    counts = {kind: kinds.count(kind) for kind in KINDS[name] if kind != "repeated_row"}
    if "repeated_row" in KINDS[name]:
        counts["repeated_row"] = sum(left == right for left, right in pairwise(rows))
    assert report["spoiled"] == counts
    assert set(counts.values()) <= {4}
    assert report["clean_rows"] == 8_500
    assert report["rows"] == len(rows)
    assert json.loads((raw / "spoiled.json").read_text())["files"][name] == report


def test_untouched_rows_keep_their_bytes(raw: Path) -> None:
    spoil(raw)
    clean = set((raw / "clean/lineitem.csv").read_bytes().splitlines())
    changed = [line for line in (raw / "lineitem.csv").read_bytes().splitlines() if line not in clean]
    assert len(changed) == 4 * len(KINDS["lineitem.csv"])


def test_the_seed_decides(raw: Path) -> None:
    def bytes_after(seed: int) -> list[bytes]:
        spoil(raw, seed)
        return [(raw / name).read_bytes() for name in sorted(HEADERS)]

    assert bytes_after(17) == bytes_after(17)
    assert bytes_after(17) != bytes_after(18)


def test_a_file_that_is_too_small_is_refused(raw: Path) -> None:
    header, *rows = (raw / "clean/orders.csv").read_text().splitlines()
    (raw / "clean/orders.csv").write_text("\n".join([header, *rows[:20], ""]))
    with pytest.raises(SystemExit, match="too few to spoil"):
        spoil(raw)
    assert not (raw / "spoiled.json").exists()
