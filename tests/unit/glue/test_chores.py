"""`maintain.py`, `audit.py` and `govern.py` for all products of a project: one that fails hides no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from mesh_etl.events import logged
from mesh_etl.testing.accounts import Accounts
from tests.unit.glue.conftest import write_product


@pytest.fixture
def two(shop, script):
    """The shop with a second product, both of them published."""
    write_product(shop, "alone", mode="replace")
    for name in ("visits", "alone"):
        assert script("run", "--product", f"shop.{name}")[0] == 0
    return shop


def lose_a_file(shop, name):
    next((shop / ".mesh/warehouse/shop" / name / "data").rglob("*.parquet")).unlink()


@pytest.mark.parametrize("task", ["maintain", "audit"])
def test_all_products_are_looked_at(two, script, task):
    code, lines, err = script(task)
    assert (code, err) == (0, "")
    assert [line["product"] for line in lines] == ["shop.alone", "shop.visits"]
    assert {line["outcome"] for line in lines} == {"done" if task == "maintain" else "well"}


@pytest.mark.parametrize("task", ["maintain", "audit"])
def test_a_damaged_product_hides_no_other_and_decides_the_exit_code(two, script, task):
    write_product(two, "broken", mode="apend")
    lose_a_file(two, "alone")
    code, lines, err = script(task)
    assert code == 4  # what is damaged is worse than what cannot be read
    assert {line.get("product"): line["outcome"] for line in lines[:-1]} == {
        "shop.alone": "failed",
        "shop.broken": "failed",
        "shop.visits": "done" if task == "maintain" else "well",
    }
    assert "[FILE_LOST]" in err
    assert "apend" in err


def test_an_audit_repairs_nothing(two, script):
    catalogue = two / ".mesh/aws.sqlite"
    lose_a_file(two, "visits")
    before = {path: path.stat().st_mtime_ns for path in two.rglob("*") if path.is_file() and path != catalogue}
    assert script("audit", "--product", "shop.visits")[0] == 4
    after = {path: path.stat().st_mtime_ns for path in two.rglob("*") if path.is_file() and path != catalogue}
    assert {path for path in after if ".mesh/aws" not in str(path)} == set(before)
    assert before.items() <= after.items() or {path for path in before if before[path] != after[path]} == set()


def test_an_audit_tells_how_old_each_table_is(two, script):
    accounts = Accounts(two / ".mesh", {"here": "000000000000"})
    before = len(accounts.metrics("here", "mesh_etl/test/local/shop"))
    assert script("audit")[0] == 0
    told = accounts.metrics("here", "mesh_etl/test/local/shop")[before:]
    products = [each["Value"] for one in told for each in one["Dimensions"] if each["Name"] == "Product"]
    assert ({one["MetricName"] for one in told}, products) == ({"Age"}, ["alone"] * 2 + ["visits"] * 2)


def test_a_late_product_is_a_fault_and_an_event_with_one_id(shop, script):
    write_product(shop, "late", deploy="{late_after: 1s}")
    assert script("run", "--product", "shop.late")[0] == 0
    entry = next((shop / ".mesh/warehouse/shop/late/_ledger").glob("*.json"))
    old = json.loads(entry.read_text())["committed_at"]
    entry.write_text(entry.read_text().replace(old, "2026-01-01T00:00:00+00:00"))
    for _ in range(2):
        code, lines, err = script("audit")
        assert code == 5
        assert "shop.late: version 1 is of 2026-01-01T00:00+00:00, longer ago than 1s" in err
        assert "configs/shop/late/job.yaml:4:" in err
        assert {line["product"]: line["outcome"] for line in lines[:-1]} == {
            "shop.late": "failed",
            "shop.visits": "well",
        }
    told = [one for one in logged(shop / ".mesh") if one["type"] == "DataProductLate"]
    assert len({one["id"] for one in told}) == 1
    assert (told[0]["product"], told[0]["seq"], told[0]["late_after"]) == ("shop.late", 1, "1s")


def test_a_product_is_late_until_its_first_version_is_there(shop, script):
    write_product(shop, "fresh", deploy="{late_after: 7d}")
    code, lines, err = script("audit")
    assert (code, {line["product"]: line["outcome"] for line in lines[:-1]}["shop.fresh"]) == (5, "failed")
    assert "shop.fresh: it was never published, and a version is expected every 7d" in err
    assert not [one for one in logged(shop / ".mesh") if one["type"] == "DataProductLate"]
    assert script("run", "--product", "shop.fresh")[0] == 0
    assert script("audit")[0] == 0


def test_a_mesh_without_governance_has_nothing_to_govern(script):
    code, lines, err = script("govern")
    assert code == 3
    assert "[GOVERNANCE_MISSING]" in err
    assert lines[-1]["code"] == "GOVERNANCE_MISSING"


def test_a_chore_loads_no_spark(two, scripts):
    program = (
        "import sys, runpy\n"
        "for task in ('maintain', 'audit'):\n"
        f"    sys.argv = [task + '.py', '--root', {str(two)!r}]\n"
        f"    runpy.run_path({str(scripts)!r} + '/' + task + '.py', run_name='__main__')\n"
        "print(sorted({'pyspark', 'pysail', 'awsglue', 'typer', 'rich'} & set(sys.modules)), file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(scripts.parent)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stderr == "[]\n"
