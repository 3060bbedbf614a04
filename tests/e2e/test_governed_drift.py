"""What was changed by hand in the accounts is found by govern verify, and made good by --repair."""

from __future__ import annotations

import pytest

from tests.e2e.governed import ACCOUNTS, Shop

HERE = {"CatalogId": ACCOUNTS["governance"], "DatabaseName": "shop_sales", "Name": "orders"}
TWO = [{"id": 1, "region": "EUROPE"}, {"id": 3, "region": "EUROPE"}]
INPUT = ("Name", "StorageDescriptor", "PartitionKeys", "Parameters", "TableType", "Description", "Owner", "Retention")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A governed product with data; each test leaves it as it was."""
    made = Shop.at(tmp_path_factory.mktemp("shop"))
    made.apply()
    made.said("run", "sales.orders")
    return made


def entry(shop):
    return shop.client("glue", "governance").get_table(DatabaseName="shop_sales", Name="orders")["Table"]


def changed(shop, change):
    """Somebody has changed the central entry."""
    body = {name: value for name, value in entry(shop).items() if name in INPUT}
    change(body)
    shop.client("glue", "governance").update_table(DatabaseName="shop_sales", TableInput=body)


def column_dropped(shop):
    changed(shop, lambda body: body["StorageDescriptor"]["Columns"].pop())


def place_changed(shop):
    changed(shop, lambda body: body["StorageDescriptor"].update(Location="s3://elsewhere/x"))


def parameters_removed(shop):
    changed(shop, lambda body: body.update(Parameters={}))


def open_to_everybody(shop):
    lake = shop.client("lakeformation", "governance")
    everybody = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    lake.grant_permissions(Principal=everybody, Resource={"Table": HERE}, Permissions=["ALL"])


def new_things_open(shop):
    lake = shop.client("lakeformation", "sales")
    found = lake.get_data_lake_settings()["DataLakeSettings"]
    everybody = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
    lake.put_data_lake_settings(DataLakeSettings={**found, "CreateTableDefaultPermissions": [everybody]})


def tag_opened(shop):
    lake, column = shop.client("lakeformation", "governance"), {"TableWithColumns": {**HERE, "ColumnNames": ["email"]}}
    lake.add_lf_tags_to_resource(Resource=column, LFTags=[{"TagKey": "sensitivity", "TagValues": ["public"]}])


def filter_widened(shop):
    named = {"TableCatalogId": HERE["CatalogId"], "DatabaseName": "shop_sales", "TableName": "orders", "Name": "europe"}
    shown = {"RowFilter": {"AllRowsWildcard": {}}, "ColumnNames": ["id", "region", "email"]}
    shop.client("lakeformation", "governance").update_data_cells_filter(TableData={**named, **shown})


def link_deleted(shop):
    shop.client("glue", "marketing").delete_database(Name="shop_sales")


def more_than_declared(shop):
    analyst = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNTS['marketing']}:role/marketing-analyst"}
    lake = shop.client("lakeformation", "governance")
    lake.grant_permissions(Principal=analyst, Resource={"Table": HERE}, Permissions=["SELECT"])


DRIFTS = [
    column_dropped, place_changed, parameters_removed, open_to_everybody, new_things_open, tag_opened, filter_widened,
    link_deleted, more_than_declared,
]  # fmt: skip


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_is_found_and_made_good(shop, drift):
    before = entry(shop)
    drift(shop)
    assert shop.drift() != []
    shop.said("govern", "verify", "--repair", "--allow-dangerous")
    assert shop.drift() == []
    after = entry(shop)
    for part in ("StorageDescriptor", "Parameters"):
        assert after[part] == before[part]
    assert shop.rows("marketing.analyst") == TWO


def test_what_others_have_made_stays_and_is_told(shop):
    lake = shop.client("lakeformation", "governance")
    stranger = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNTS['governance']}:role/stranger"}
    given = {"Principal": stranger, "Resource": {"Table": HERE}, "Permissions": ["DESCRIBE"]}
    lake.grant_permissions(**given)
    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    eve = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNTS['governance']}:role/eve"}
    admins = [*settings["DataLakeAdmins"], eve]
    lake.put_data_lake_settings(DataLakeSettings={**settings, "DataLakeAdmins": admins})
    told = shop.told("govern", "verify", "--repair")["foreign"]
    assert [one["code"] for one in told] == ["GOVERN_FOREIGN"] * 2
    assert "role/eve" in str(told)
    assert lake.list_permissions(Principal=stranger)["PrincipalResourcePermissions"] != []
    shop.edit("configs/mesh.yaml", "{account: governance}", "{account: governance, exclusive: true}")
    assert any("stranger" in one for one in shop.drift())
    shop.said("govern", "verify", "--repair", "--allow-dangerous")
    assert lake.list_permissions(Principal=stranger)["PrincipalResourcePermissions"] == []
    assert eve in lake.get_data_lake_settings()["DataLakeSettings"]["DataLakeAdmins"]
    lake.put_data_lake_settings(DataLakeSettings=settings)
    shop.edit("configs/mesh.yaml", "{account: governance, exclusive: true}", "{account: governance}")
    assert shop.drift() == []


def test_a_verdict_is_told_by_the_exit_code_and_in_words(shop):
    assert "nothing to do" in shop.said("govern", "verify")
    tag_opened(shop)
    assert "sensitivity=personal" in shop.said("govern", "verify", code=5)
    assert shop.told("govern", "verify", "--product", "sales.orders", code=5)["changes"] != []
    assert shop.told("govern", "verify", "--domain", "customer")["changes"] == []
    assert shop.told("govern", "plan", "--domain", "sales")["changes"] != []
    assert "UNKNOWN_DOMAIN" in shop.said("govern", "verify", "--domain", "sale", code=2)
    assert "UNKNOWN_PRODUCT" in shop.said("govern", "plan", "--product", "sales.order", code=2)
    done = shop.told("govern", "verify", "--repair", "--product", "sales.orders")
    assert done["repaired"] is True
    assert shop.told("govern", "plan")["changes"] == []
    newest = shop.told("govern", "history")["applications"][0]
    assert (newest["ending"], len(newest["changes"])) == ("applied", 1)
