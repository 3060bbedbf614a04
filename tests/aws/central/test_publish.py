"""Every publish rolls the central entry forward, as the role of the job, and whatever keeps it from that is told."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.errors import PublishError
from mesh_etl.plan.build import ledger_of
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.verify import verify

WRITES = ("Create", "Update", "Delete", "BatchCreate", "BatchUpdate", "BatchDelete", "Put")


def writes(calls: list[str]) -> list[str]:
    return [one for one in calls if one.partition(".")[2].startswith(WRITES)]


def assert_same(shop: Any) -> None:
    """The central entry is the producer's, of the ledger's head."""
    own = shop.governor("glue", "sales").get_table(DatabaseName="sales", Name="orders")["Table"]
    central = shop.central()
    for name in ("StorageDescriptor", "PartitionKeys", "TableType", "Owner"):
        assert central[name] == own[name]
    assert own["Parameters"].items() <= central["Parameters"].items()
    assert shop.central_places() == shop.own_places()
    assert central["Parameters"]["mesh_etl.published_seq"] == str(ledger_of(shop.job, "sales.orders").state().seq)


def test_a_publish_makes_the_entry_that_is_missing(unentered: Any) -> None:
    shop = unentered
    shop.deliver()
    report, _ = shop.run()
    assert report.outcome == "published"
    assert "create table demo_sales.orders" in report.central
    assert_same(shop)
    parameters = shop.central()["Parameters"]
    assert parameters["mesh_etl.product"] == "sales.orders"
    assert parameters["mesh_etl.contract_version"] == "1.0.0"
    assert json.loads(parameters["mesh_etl.quality"])["verdict"] == "passed"


def test_every_later_publish_carries_schema_places_and_version_over(shop: Any) -> None:
    shop.deliver()
    shop.run()
    contract = (shop.root / "configs/sales/orders/contract.yaml").read_text()
    wider = contract.replace("version: 1.0.0", "version: 1.1.0") + "      - {name: note, logicalType: string}\n"
    shop.write("sales/orders/contract.yaml", wider)
    shop.deliver(("m02", "m03"))
    (shop.root / "in/2.csv").write_text("id,month,amount,note\n9,m02,1.50,x\n10,m03,1.50,y\n")
    report, _ = shop.run()
    assert "add 1 partition" in report.central
    assert [one["Name"] for one in shop.central()["StorageDescriptor"]["Columns"]] == ["id", "amount", "note"]
    assert set(shop.central_places()) == {"m01", "m02", "m03"}
    assert_same(shop)


def test_a_run_without_news_writes_nothing_and_reads_the_central_entry_once(shop: Any) -> None:
    shop.deliver()
    shop.run()
    report, calls = shop.run()
    assert report.outcome in ("nothing new", "done before")
    assert writes(calls) == []
    assert sorted(calls) == ["glue.GetPartitions"] * 2 + ["glue.GetTable"] * 2


def test_an_append_costs_the_same_number_of_calls_however_many_partitions_there_are(shop: Any) -> None:
    shop.deliver(tuple(f"m{number:03}" for number in range(90)))
    shop.run()
    shop.deliver(("m001",))
    _, calls = shop.run()
    # Each of both entries is changed once and recorded once, its partition written once; events are told in one call,
    # and so are metrics.
    told = ["cloudwatch.PutMetricData", "events.PutEvents"]
    assert sorted(writes(calls)) == told + ["glue.BatchUpdatePartition"] * 2 + ["glue.UpdateTable"] * 4
    assert len(calls) <= 24


def test_upkeep_rolls_the_central_entry_forward_too(shop: Any) -> None:
    for _ in range(2):
        shop.deliver()
        shop.run()
    compact(shop.job, shop.engine, shop.world)
    assert_same(shop)
    rollback(shop.job, shop.world, 1)
    assert_same(shop)


def test_a_database_that_is_not_there_is_told_and_the_commit_holds(bare: Any) -> None:
    bare.deliver()
    with pytest.raises(PublishError) as error:
        bare.run()
    assert error.value.code in ("CENTRAL_DENIED", "CENTRAL_MISSING")
    assert "the commit holds" in str(error.value)
    assert "mesh-etl govern apply" in str(error.value)
    assert ledger_of(bare.job, "sales.orders").seqs() == [1]


def test_a_share_that_waits_to_be_accepted_is_told_and_the_next_run_heals(unaccepted: Any) -> None:
    shop = unaccepted
    shop.deliver()
    with pytest.raises(PublishError) as error:
        shop.run()
    assert error.value.code == "CENTRAL_SHARE"
    assert "waits to be accepted" in str(error.value)
    shop.deliver()  # the domain goes on with its work: what the centre lacks keeps nobody from it
    with pytest.raises(PublishError):
        shop.run()
    assert ledger_of(shop.job, "sales.orders").seqs() == [1, 2]
    shop.accept("sales")
    report, _ = shop.run()
    assert report.outcome == "nothing new"
    assert_same(shop)


def test_a_share_that_was_rejected_is_told(unaccepted: Any) -> None:
    unaccepted.deliver()
    ram = unaccepted.governor("ram", "sales")
    for one in ram.get_resource_share_invitations()["resourceShareInvitations"]:
        ram.reject_resource_share_invitation(resourceShareInvitationArn=one["resourceShareInvitationArn"])
    with pytest.raises(PublishError) as error:
        unaccepted.run()
    assert error.value.code == "CENTRAL_SHARE"
    assert "was rejected" in str(error.value)


@pytest.mark.parametrize("parameters", [{}, {"mesh_etl.product": "sales.returns"}])
def test_an_entry_of_another_product_or_of_nobody_is_left_alone(unentered: Any, parameters: dict[str, str]) -> None:
    shop = unentered
    theirs = {"Name": "orders", "TableType": "EXTERNAL_TABLE", "Parameters": parameters}
    glue = shop.governor("glue", "governance")
    glue.create_table(DatabaseName="demo_sales", TableInput=theirs)
    shop.let_keep("orders")
    shop.accept("sales")
    shop.deliver()
    before = shop.central()
    with pytest.raises(PublishError) as error:
        shop.run()
    assert error.value.code == "CENTRAL_FOREIGN"
    assert shop.central() == before


def test_a_later_central_entry_is_not_taken_back(shop: Any) -> None:
    shop.deliver()
    shop.run()
    found = shop.central()
    later = {**found["Parameters"], "mesh_etl.published_seq": "7"}
    kept = {name: found[name] for name in ("Name", "TableType", "StorageDescriptor", "PartitionKeys")}
    glue = shop.governor("glue", "governance")
    glue.update_table(DatabaseName="demo_sales", TableInput={**kept, "Parameters": later})
    shop.deliver()
    with pytest.raises(PublishError) as error:
        shop.run()
    assert error.value.code == "LEDGER_BEHIND"
    assert "demo_sales.orders" in str(error.value)
    assert shop.central()["Parameters"]["mesh_etl.published_seq"] == "7"


def test_verify_finds_what_somebody_did_to_the_central_entry_and_repairs_it(shop: Any) -> None:
    shop.deliver()
    shop.run()
    assert verify(shop.job, shop.world).behind == []
    glue = shop.governor("glue", "governance")
    glue.batch_delete_partition(DatabaseName="demo_sales", TableName="orders", PartitionsToDelete=[{"Values": ["m01"]}])
    (fault,) = verify(shop.job, shop.world).behind
    assert fault.code == "CATALOG_BEHIND"
    assert (fault.where, "add 1 partition" in fault.problem) == ("demo_sales.orders", True)
    assert verify(shop.job, shop.world, repair=True).exit_code == 0
    assert_same(shop)
    assert verify(shop.job, shop.world).behind == []


def test_an_entry_made_before_the_data_is_of_the_shape_that_the_first_publish_finds_right(shop: Any) -> None:
    shop.deliver()
    report, _ = shop.run()
    changed = {one for one in report.central if not one.startswith("change Parameters.")}
    assert changed == {"add 2 partitions", "record ledger entry 1"}
    assert_same(shop)


def test_a_column_that_a_publish_brings_is_seen_by_nobody_before_somebody_judges_it(shop: Any) -> None:
    """Tags: the strictest value is the table's, so what comes later inherits it. Filters: they name columns."""
    shop.deliver()
    shop.run()
    tags = shop.governor("lakeformation", "governance")
    tags.create_lf_tag(TagKey="sensitivity", TagValues=["open", "secret"])
    table = {"Table": {"DatabaseName": "demo_sales", "Name": "orders"}}
    tags.add_lf_tags_to_resource(Resource=table, LFTags=[{"TagKey": "sensitivity", "TagValues": ["secret"]}])
    columns = {"DatabaseName": "demo_sales", "Name": "orders", "ColumnNames": ["id", "amount", "month"]}
    opened = [{"TagKey": "sensitivity", "TagValues": ["open"]}]
    tags.add_lf_tags_to_resource(Resource={"TableWithColumns": columns}, LFTags=opened)
    analyst = shop.accounts.role("marketing", "marketing-analyst")
    policy = {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": opened}}
    shop.grant("governance", analyst, policy, "SELECT", "DESCRIBE")
    cells = {"TableCatalogId": "111111111111", "DatabaseName": "demo_sales", "TableName": "orders", "Name": "buyers"}
    shown = {"RowFilter": {"FilterExpression": "month = 'm01'"}, "ColumnNames": ["id", "month"]}
    tags.create_data_cells_filter(TableData={**cells, **shown})
    buyer = shop.accounts.role("marketing", "marketing-buyer")
    shop.grant("governance", buyer, {"DataCellsFilter": cells}, "SELECT")
    shop.accept("marketing")
    contract = (shop.root / "configs/sales/orders/contract.yaml").read_text()
    wider = contract.replace("version: 1.0.0", "version: 1.1.0") + "      - {name: email, logicalType: string}\n"
    shop.write("sales/orders/contract.yaml", wider)
    (shop.root / "in/2.csv").write_text("id,month,amount,email\n9,m02,1.50,x\n")
    shop.run()
    assert "email" in [one["Name"] for one in shop.central()["StorageDescriptor"]["Columns"]]
    for role, columns in (("marketing-analyst", {"id", "amount"}), ("marketing-buyer", {"id"})):
        glue = shop.accounts.client("glue", "marketing", role)
        seen = glue.get_table(CatalogId="111111111111", DatabaseName="demo_sales", Name="orders")["Table"]
        assert {one["Name"] for one in seen["StorageDescriptor"]["Columns"]} == columns


def test_parameters_and_events_hold_no_value_and_no_secret(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARANTINE_KEY", "a-secret-that-nobody-may-see")
    (shop.root / "in").mkdir()
    (shop.root / "in/1.csv").write_text("id,month,amount\n4711,m01,31337.25\n")
    shop.run()
    told = json.dumps([shop.central()["Parameters"], shop.told()], default=str)
    assert "31337" not in told
    assert "a-secret" not in told


def test_a_job_needs_no_more_than_its_persona_declares_in_either_account(shop: Any) -> None:
    shop.deliver()
    shop.run()
    engineer = {"DataLakePrincipalIdentifier": shop.accounts.role("sales", "sales-engineer")}
    lake = shop.governor("lakeformation", "sales")
    table = {"Table": {"DatabaseName": "sales", "Name": "orders"}}
    for one in lake.list_permissions(Principal=engineer, Resource=table)["PrincipalResourcePermissions"]:
        if "TableWildcard" not in one["Resource"].get("Table", {}):  # what Lake Formation gave to who made it
            lake.revoke_permissions(Principal=engineer, Resource=table, Permissions=one["Permissions"])
    shop.deliver(("m03",))
    report, _ = shop.run()
    assert report.outcome == "published"
    rollback(shop.job, shop.world, 1)  # takes a partition away
    assert_same(shop)


def test_a_job_that_may_not_alter_the_entry_is_told_what_it_needs(shop: Any) -> None:
    lake = shop.governor("lakeformation", "governance")
    lake.revoke_permissions(
        Principal={"DataLakePrincipalIdentifier": shop.accounts.role("sales", "sales-engineer")},
        Resource={"Table": {"DatabaseName": "demo_sales", "Name": "orders"}},
        Permissions=["ALTER", "INSERT", "DELETE"],
    )
    shop.deliver()
    with pytest.raises(PublishError) as error:
        shop.run()
    assert error.value.code == "CENTRAL_DENIED"
    assert "alter" in error.value.faults[0].fix
    assert ledger_of(shop.job, "sales.orders").seqs() == [1]
    shop.let_keep("orders")
    report, _ = shop.run()
    assert report.outcome == "nothing new"
    assert_same(shop)


def test_files_that_a_central_entry_shows_are_not_deleted_though_it_lags(shop: Any) -> None:
    shop.deliver(("m01",))
    shop.run()
    old = shop.central_places()["m01"]
    shop.deliver(("m01",))
    shop.run()
    glue = shop.governor("glue", "governance")
    storage = {"Columns": shop.central()["StorageDescriptor"]["Columns"], "Location": old}
    entry = {"PartitionValueList": ["m01"], "PartitionInput": {"Values": ["m01"], "StorageDescriptor": storage}}
    glue.batch_update_partition(DatabaseName="demo_sales", TableName="orders", Entries=[entry])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mesh_etl.upkeep.commit.recover", lambda *_, **__: None)  # the centre is not rolled forward
        found = expire(shop.job, shop.world, datetime.timedelta(0))
    assert (found.versions, found.held) == ((1,), 1)
    assert list(Path(old.removeprefix("file://")).glob("*.parquet")), "consumers read these files yet"
    assert expire(shop.job, shop.world, datetime.timedelta(0)).held == 0
    assert not list(Path(old.removeprefix("file://")).glob("*.parquet"))
