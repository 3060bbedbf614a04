"""The central entry of an Iceberg table points where the producer's does."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.contract.load import contract_of
from mesh_etl.crashtest.watch import Strike
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish.central import central_input
from mesh_etl.upkeep.verify import verify

JOB = """\
product: sales.orders
source: {type: csv, path: 'in/*.csv'}
target: {mode: append, format: iceberg, partition_by: [month]}
"""
POINTER = "metadata_location"


@pytest.fixture
def iceberg(bare: Any) -> Any:
    pytest.importorskip("pyiceberg")
    bare.write("sales/orders/job.yaml", JOB)
    bare.share()
    job = bare.job
    made = central_input(job, contract_of(job), bare.world)
    bare.governor("glue", "governance").create_table(DatabaseName="demo_sales", TableInput=made)
    bare.let_keep("orders")
    bare.accept("sales")
    return bare


def own(shop: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.governor("glue", "sales").get_table(DatabaseName="sales", Name="orders")["Table"]
    return found


def assert_same(shop: Any) -> None:
    theirs, central = own(shop), shop.central()
    for name in (POINTER, "table_type", "mesh_etl.published_seq", "mesh_etl.contract_version", "mesh_etl.quality"):
        assert central["Parameters"][name] == theirs["Parameters"][name]
    assert central["StorageDescriptor"] == theirs["StorageDescriptor"]
    assert central.get("PartitionKeys", []) == []


def test_the_pointer_is_carried_over_by_every_publish(iceberg: Any) -> None:
    places = []
    for _ in range(2):
        iceberg.deliver()
        iceberg.run()
        assert_same(iceberg)
        places.append(iceberg.central()["Parameters"][POINTER])
    assert len(set(places)) == 2
    seqs = ledger_of(iceberg.job, "sales.orders").seqs()
    assert [one["detail"]["seq"] for one in iceberg.told()] == seqs


def test_a_run_without_news_writes_nothing(iceberg: Any) -> None:
    iceberg.deliver()
    iceberg.run()
    before = iceberg.central()
    iceberg.run()
    assert iceberg.central()["VersionId"] == before["VersionId"]
    assert verify(iceberg.job, iceberg.world).behind == []


def test_a_pointer_that_somebody_moved_is_found_and_moved_back(iceberg: Any) -> None:
    iceberg.deliver()
    iceberg.run()
    found = iceberg.central()
    wrong = {**found["Parameters"], POINTER: "file:///elsewhere"}
    kept = {name: found[name] for name in ("Name", "TableType", "StorageDescriptor", "PartitionKeys")}
    glue = iceberg.governor("glue", "governance")
    glue.update_table(DatabaseName="demo_sales", TableInput={**kept, "Parameters": wrong})
    (fault,) = verify(iceberg.job, iceberg.world).behind
    assert (fault.code, fault.where) == ("CATALOG_BEHIND", "demo_sales.orders")
    verify(iceberg.job, iceberg.world, repair=True)
    assert_same(iceberg)


@pytest.mark.parametrize("way", ["refused", "lost"])
def test_a_break_at_the_calls_after_the_commit_is_healed_by_the_next_run(
    iceberg: Any, tmp_path: Path, way: Any
) -> None:
    iceberg.deliver()
    iceberg.run()
    iceberg.deliver(("m02", "m03"))
    before = shutil.copytree(iceberg.root, tmp_path / "before")
    _, calls = iceberg.run()
    told = calls.index("events.PutEvents") + 1
    for number in (told - 2, told - 1, told, told + 1):
        shutil.rmtree(iceberg.root)
        shutil.copytree(before, iceberg.root)
        assert iceberg.broken(Strike(number, way)).answer in ("ok", "CATALOG_UNREACHABLE", "CENTRAL_UNREACHABLE")
        iceberg.run()
        assert_same(iceberg)
        seqs = ledger_of(iceberg.job, "sales.orders").seqs()
        assert {one["detail"]["seq"] for one in iceberg.told()} == set(seqs)
        assert len({one["detail"]["id"] for one in iceberg.told()}) == len(seqs) == 2
