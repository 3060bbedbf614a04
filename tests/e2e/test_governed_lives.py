"""What comes and goes in the life of a mesh: columns, consumers, accounts, environments, and the mesh itself."""

from __future__ import annotations

import pytest

from tests.e2e.governed import ACCOUNTS, FILES, Shop

MESH, CONTRACT = "configs/mesh.yaml", "configs/sales/orders/contract.yaml"
CONSUMER = """\
  marketing:
    account: marketing
    principals: {analyst: marketing-analyst, caller: marketing-caller}
"""
TWO = [{"id": 1, "region": "EUROPE"}, {"id": 3, "region": "EUROPE"}]
NOTHING = {"databases": [], "grants": [], "tags": [], "filters": [], "locations": [], "shares": []}


@pytest.fixture
def shop(tmp_path):
    """A governed product with data that marketing's analyst sees a part of."""
    made = Shop.at(tmp_path)
    made.apply()
    made.said("run", "sales.orders")
    assert made.drift() == []
    return made


def held(shop, account):
    """What an account has in its catalogue and its Lake Formation."""
    glue, lake, ram = (shop.client(service, account) for service in ("glue", "lakeformation", "ram"))
    return {
        "databases": [one["Name"] for one in glue.get_databases()["DatabaseList"]],
        "grants": lake.list_permissions()["PrincipalResourcePermissions"],
        "tags": lake.list_lf_tags()["LFTags"],
        "filters": lake.list_data_cells_filter()["DataCellsFilters"],
        "locations": lake.list_resources()["ResourceInfoList"],
        "shares": ram.get_resource_shares(resourceOwner="OTHER-ACCOUNTS")["resourceShares"],
    }


def test_apply_does_what_the_plan_says(tmp_path):
    made = Shop.at(tmp_path)
    plan = made.told("govern", "plan")
    new = [
        one for one in plan["changes"] if one["what"].startswith(("link database ", "database ", "table ", "view: "))
    ]
    assert f"the maker of {len(new)} new things" in made.said("govern", "plan")
    done = made.told("govern", "apply")
    assert sorted(one["what"] for one in plan["changes"]) == sorted(one["what"] for one in done["changes"])
    assert (plan["taken_back"], done["taken_back"]) == (0, len(new))


def test_a_column_that_a_filter_names_gets_another_name(shop):
    shop.edit(CONTRACT, "name: region", "name: area")
    shop.edit(CONTRACT, "region = 'EUROPE'", "area = 'EUROPE'")
    shop.edit(CONTRACT, "[id, region]", "[id, area]")
    shop.edit(CONTRACT, "version: 1.0.0", "version: 2.0.0")
    (shop.root / "in.csv").rename(shop.root / "old.csv")
    (shop.root / "new.csv").write_text("id,area,email\n4,EUROPE,d@x\n5,ASIA,e@x\n")
    shop.edit("configs/sales/orders/job.yaml", "in.csv", "new.csv")
    shop.apply("--allow-dangerous")
    assert shop.drift() == []
    assert shop.rows("marketing.analyst") == [{"id": 1}, {"id": 3}]  # what both contracts show, until the run
    shop.said("run", "sales.orders", "--acknowledge", "2.0.0")
    shop.apply("--allow-dangerous")
    assert shop.drift() == []
    assert {"id": 4, "area": "EUROPE"} in shop.rows("marketing.analyst")
    assert 5 not in [row["id"] for row in shop.rows("marketing.analyst")]


def test_a_consumer_leaves_and_nothing_of_hers_is_left(shop):
    shop.edit(MESH, CONSUMER, "")
    assert "UNKNOWN_PRINCIPAL" in shop.said("govern", "plan", code=2)
    shop.edit(CONTRACT, "marketing.analyst", "partner.reader")
    assert "GOVERN_DANGEROUS" in shop.said("govern", "apply", code=3)
    shop.apply("--allow-dangerous")
    assert shop.drift() == []
    assert held(shop, "marketing") == NOTHING
    assert shop.rows("partner.reader") == TWO


def test_a_domain_moves_to_another_account_and_leaves_what_others_keep_in_its_database(shop):
    private = {"Name": "private", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}]}}
    shop.client("glue", "sales", "sales-engineer").create_table(DatabaseName="sales", TableInput=private)
    shop.edit(MESH, "    owner: sales-team\n    account: sales\n", "    owner: sales-team\n    account: customer\n")
    told = shop.told("govern", "plan")["foreign"]
    assert any("tables of others are in it, such as private" in one["problem"] for one in told)
    shop.apply("--allow-dangerous")
    shop.said("run", "sales.orders")
    assert shop.drift() == []
    assert shop.rows("marketing.analyst") == TWO
    left = held(shop, "sales")
    assert left["databases"] == ["sales"]
    tables = shop.client("glue", "sales").get_tables(DatabaseName="sales")["TableList"]
    assert "private" in [one["Name"] for one in tables]
    maker = [one for one in left["grants"] if one["Resource"].get("Table", {}).get("Name") == "private"]
    assert maker[0]["Principal"]["DataLakePrincipalIdentifier"].endswith("sales-engineer")


def test_the_mesh_goes_and_comes_back(shop):
    shop.said("govern", "destroy")
    assert shop.drift() == []  # it was only shown
    assert "GOVERN_UNCONFIRMED" in shop.said("govern", "destroy", "--confirm", "sales", code=3)
    done = shop.told("govern", "destroy", "--confirm", "shop")
    assert done["destroyed"]
    assert len(done["changes"]) > 15
    for account in ACCOUNTS:
        assert held(shop, account) == NOTHING
    shop.denied("marketing.analyst")
    assert list((shop.root / "table").rglob("*.parquet")) != []
    assert shop.told("govern", "destroy", "--confirm", "shop")["changes"] == []
    assert shop.told("govern", "history")["applications"][0]["ending"] == "destroyed"
    shop.client("glue", "governance").create_database(DatabaseInput={"Name": "shop_sales"})
    assert shop.told("govern", "destroy")["changes"] == []  # somebody else's, of the same name
    shop.client("glue", "governance").delete_database(Name="shop_sales")
    shop.apply()
    shop.said("run", "sales.orders")
    assert shop.drift() == []
    assert shop.rows("marketing.analyst") == TWO


def test_destroying_goes_on_where_it_was_cut_off(shop, monkeypatch):
    from mesh_etl.govern.apply import catalogue

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mesh_etl.govern.apply.table", dies)
        shop.said("govern", "destroy", "--confirm", "shop", code=130)
    assert catalogue.table is not dies
    shop.said("govern", "destroy", "--confirm", "shop")
    for account in ACCOUNTS:
        assert held(shop, account) == NOTHING


def test_two_environments_do_not_touch_each_other(shop):
    """The same files govern other accounts, and keep other data, in another environment."""
    for name, id_ in ACCOUNTS.items():
        shop.edit(MESH, f'{name}: {{id: "{id_}"}}', f"{name}: {{id: '${{{name}}}'}}")
    shop.edit(MESH, "warehouse: table", 'warehouse: "${warehouse}"')
    for env, digit in (("local", ""), ("dev", "9")):
        ids = {name: (digit or id_[0]) + id_[1:] for name, id_ in ACCOUNTS.items()}
        values = ", ".join([f"{name}: '{id_}'" for name, id_ in ids.items()])
        warehouse = "dev" if digit else "table"
        text = f"world: {{type: local, home: .mesh}}\nvalues: {{{values}, warehouse: {warehouse}}}\n"
        (shop.root / f"configs/env/{env}.yaml").write_text(text)
    assert shop.drift() == []
    before = {account: held(shop, account) for account in ACCOUNTS}
    assert "nothing of it" in shop.said("govern", "destroy", "--env", "dev")
    shop.said("govern", "apply", "--env", "dev")
    shop.said("run", "sales.orders", "--env", "dev")
    assert shop.told("query", "select count(*) n from sales.orders", "--as", "marketing.analyst", "--env", "dev") == [
        {"n": 2}
    ]
    shop.said("govern", "destroy", "--confirm", "shop", "--env", "dev")
    assert {account: held(shop, account) for account in ACCOUNTS} == before
    assert shop.drift() == []
    assert shop.rows("marketing.analyst") == TWO
    assert FILES[MESH] != (shop.root / MESH).read_text()
