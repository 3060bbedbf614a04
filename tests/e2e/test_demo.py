"""The demo mesh at scale 0.01: exact accounting, few files, a true catalogue, and a second run that is a no-op."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from decimal import Decimal
from functools import partial
from pathlib import Path

import duckdb
import pytest
from deliver import deliver
from generate import generate

from mesh_etl.cli import jobs
from mesh_etl.config import Project
from mesh_etl.errors import PlanError
from mesh_etl.govern.planned import planned
from mesh_etl.govern.reading import live
from mesh_etl.order import in_order
from mesh_etl.plan.ledgers import product_ledger
from mesh_etl.plan.references import led_to
from mesh_etl.query import Statement, ask
from mesh_etl.testing.access import can

HERE = Path(__file__).parents[2]
PRODUCTS = ("customer.customers", "sales.order_status", "sales.orders", "sales.lineitems", "sales.revenue_by_nation")
MERGED = "sales.order_status"
FILES = {"customer.customers": "customer.csv", "sales.orders": "orders.csv", "sales.lineitems": "lineitem.csv"}
RAGGED = {"too_many_fields": ("FIELD_COUNT", ""), "too_few_fields": ("FIELD_COUNT", "")}
REFUSED_AS = {  # the kind of a spoiled row → the rule that refuses it and its column
    "customer.customers": {
        "missing_key": ("customer_key.required", "customer_key"),
        "bad_number": ("TYPE_FORMAT", "account_balance"),
        **RAGGED,
    },
    "sales.orders": {
        "missing_key": ("order_key.required", "order_key"),
        "bad_date": ("DATE_FORMAT", "order_date"),
        "impossible_amount": ("total_price.range", "total_price"),
        "unknown_status": ("status.invalidValues[0]", "status"),
        **RAGGED,
    },
    "sales.lineitems": {
        "bad_date": ("DATE_FORMAT", "ship_date"),
        "impossible_amount": ("quantity.range", "quantity"),
        "unknown_mode": ("ship_mode.invalidValues[0]", "ship_mode"),
        **RAGGED,
    },
}
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The project with its raw data, before anything has run."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(HERE / "configs", folder / "configs")
    assert generate(folder / ".mesh/raw", 0.01, 17)
    deliver(folder / ".mesh/raw", 1)
    return folder


@pytest.fixture(scope="module")
def demo(root, mesh):
    found = mesh(root)
    found.govern()
    return found


@pytest.fixture(scope="module")
def reports(demo):
    return {product: demo.run(product) for product in PRODUCTS}


@pytest.fixture(scope="module")
def spoiled(root):
    return json.loads((root / ".mesh/raw/spoiled.json").read_text())["files"]


def spoiled_lines(raw, name):
    """The lines of the spoiled file that its clean original does not have, with their numbers, found by comparison."""
    clean = (raw / "clean" / name).read_text().splitlines()
    found, position = {}, 0
    for number, line in enumerate((raw / name).read_text().splitlines(), 1):
        if line == clean[position - 1] and number > 1:
            continue  # a repeated row
        if line != clean[position]:
            found[number] = line
        position += 1
    assert position == len(clean)
    return found


def test_products_come_after_those_that_they_read_or_refer_to(root):
    project = Project.open(root)
    found = jobs.read(project, project.products())
    refers = {name: led_to(job, found.contracts[name]) for name, job in found.valid.items()}
    assert refers["sales.orders"] == ("customer.customers",)
    assert tuple(job.product for job in in_order(found.valid.values(), refers)) == PRODUCTS


@pytest.mark.parametrize("product", FILES)
def test_every_row_is_accounted_for_by_kind(reports, spoiled, demo, product):
    counts, file = reports[product].entry.counts, spoiled[FILES[product]]
    kinds = dict(file["spoiled"])
    repeated = kinds.pop("repeated_row", 0)
    assert counts.read == file["rows"] == file["clean_rows"] + repeated
    assert counts.quarantined == sum(kinds.values())
    assert counts.deduplicated == repeated
    assert (counts.filtered, counts.consumed, counts.made) == (0, 0, 0)
    assert counts.good == file["clean_rows"] - sum(kinds.values()) == reports[product].snapshot.rows

    wanted: Counter[tuple[str, str]] = Counter()
    for kind, rows in kinds.items():
        wanted[REFUSED_AS[product][kind]] += rows
    refused = demo.quarantine(product)
    assert Counter((v["rule"], v["column"]) for row in refused for v in row["_violations"]) == wanted
    told = {rule.rule: rule.rows for rule in reports[product].entry.rules if rule.status == "rejected rows"}
    assert told == {rule: rows for (rule, _), rows in wanted.items()}


@pytest.mark.parametrize("product", FILES)
def test_the_quarantine_holds_the_spoiled_lines_and_no_others(reports, demo, root, product):
    raw = root / ".mesh/raw"
    refused = demo.quarantine(product)
    assert {row["_file"] for row in refused} == {f".mesh/raw/{FILES[product]}"}
    assert {row["_line"]: row["_raw"] for row in refused} == spoiled_lines(raw, FILES[product])
    assert {row["_run"] for row in refused} == {reports[product].entry.txn}


def test_partitions_and_files_are_as_few_as_the_data_allows(reports, root):
    lines = [line.split(",")[10] for line in (root / ".mesh/raw/clean/lineitem.csv").read_text().splitlines()[1:]]
    months = {date[:7] for date in lines}
    snapshot = reports["sales.lineitems"].snapshot
    assert {values for values in snapshot.partitions} == {(month,) for month in months}
    assert snapshot.files == len(months) <= 84
    assert set(reports["sales.orders"].snapshot.partitions) == {(str(year),) for year in range(1992, 1999)}
    assert reports["sales.orders"].snapshot.files == 7
    assert reports["customer.customers"].snapshot.files == 1
    assert reports["sales.revenue_by_nation"].snapshot.files == 1


@pytest.mark.parametrize("product", PRODUCTS)
def test_nothing_but_the_commit_is_on_disk(reports, demo, product):
    entry = reports[product].entry
    known = {file.path for partition in entry.partitions for file in partition.files}
    known |= {file.path for file in entry.quarantine.files}
    found = set(demo.files(product))
    states = {path for path in found if path.startswith(f"{entry.metrics}/")}
    assert states, "the commit names the folder of its metric states"
    summary = f"_ledger/contracts/{entry.contract.summary_sha256}.json"
    assert found - states == known | {"_ledger/00000000000000000001.json", summary}


def test_sorted_within_each_file(reports, demo):
    for values in list(reports["sales.lineitems"].snapshot.partitions.values())[:3]:
        keys = [row["order_key"] for row in demo._rows("sales.lineitems", values.files)]
        assert keys == sorted(keys)


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_catalogue_says_what_the_ledger_says(reports, demo, product):
    table, partitions = demo.registered(product)
    entry, snapshot = reports[product].entry, reports[product].snapshot
    root = Path(demo.ledger(product).layout.root).as_uri()
    assert partitions == {
        values: f"{root}/{one.folder}/" for values, one in snapshot.partitions.items() if entry.partition_by
    }
    assert [key["Name"] for key in table["PartitionKeys"]] == [key.name for key in entry.partition_by]
    assert [(one["Name"], one["Type"]) for one in table["StorageDescriptor"]["Columns"]] == list(entry.columns)
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == PARQUET
    parameters = table["Parameters"]
    assert parameters["classification"] == "parquet"
    assert parameters["mesh_etl.published_seq"] == "1"
    assert parameters["mesh_etl.product"] == product
    assert parameters["mesh_etl.contract_sha256"] == entry.contract.sha256
    assert json.loads(parameters["mesh_etl.quality"])["quarantined"] == entry.counts.quarantined
    assert table["Owner"] == f"{product.split('.')[0]}-team"


def test_the_catalogue_locations_hold_the_rows(reports, demo):
    _, partitions = demo.registered("sales.lineitems")
    assert len(partitions) == len(reports["sales.lineitems"].snapshot.partitions)
    found = [file for url in partitions.values() for file in Path(url.removeprefix("file://")).iterdir()]
    rows = asked(f"select count(*) from read_parquet({[str(one) for one in found]})")
    assert rows == [(reports["sales.lineitems"].snapshot.rows,)]


def asked(query):
    """The answer of a DuckDB of its own."""
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def good_rows(raw, name):
    """The rows of a clean file that were left as they are, as DuckDB reads them."""
    lines = (raw / name).read_text().splitlines()
    bad = spoiled_lines(raw, name)
    kept = list(dict.fromkeys(line for number, line in enumerate(lines, 1) if number not in bad))
    path = raw / f"good-{name}"
    path.write_text("\n".join(kept) + "\n")
    return f"read_csv('{path}', header=true)"


def test_revenue_is_what_an_independent_computation_says(reports, demo, root):
    raw = root / ".mesh/raw"
    lineitem, orders, customer = (good_rows(raw, name) for name in ("lineitem.csv", "orders.csv", "customer.csv"))
    price = "l_extendedprice::decimal(12,2) * (1 - l_discount::decimal(12,2))"
    joined = f"from {lineitem} join {orders} on l_orderkey = o_orderkey join {customer} on o_custkey = c_custkey"
    rows = asked(
        f"""select n_name, count(distinct l_orderkey), round(sum({price}), 2)::decimal(18,2)
            {joined} join read_csv('{raw}/nation.csv', header=true) on c_nationkey = n_nationkey group by 1"""
    )
    table = demo.table("sales.revenue_by_nation")
    assert sorted((row["nation"], row["orders"], row["revenue"]) for row in table) == sorted(rows)
    assert len(rows) == 25
    assert all(isinstance(row["revenue"], Decimal) for row in table)

    counts = reports["sales.revenue_by_nation"].entry.counts
    ((consumed,),) = asked(f"select count(*) {joined}")
    assert (counts.read, counts.good, counts.quarantined) == (reports["sales.lineitems"].entry.counts.good, 25, 0)
    assert counts.consumed == consumed
    assert counts.filtered == counts.read - consumed > 0
    assert counts.made == 25


LEAD_NOWHERE = {  # the foreign key, its two files and their columns
    "sales.orders": ("customer_key.relationships[0]", "orders.csv", "o_custkey", "customer.csv", "c_custkey"),
    "sales.lineitems": ("order_key.relationships[0]", "lineitem.csv", "l_orderkey", "orders.csv", "o_orderkey"),
}


@pytest.mark.parametrize("product", LEAD_NOWHERE)
def test_keys_that_lead_to_refused_rows_are_counted(reports, root, product):
    rule, mine, key, theirs, other = LEAD_NOWHERE[product]
    raw = root / ".mesh/raw"
    referred = f"select {other} from {good_rows(raw, theirs)}"
    ((rows,),) = asked(f"select count(*) from {good_rows(raw, mine)} where {key} not in ({referred})")
    [told] = [one for one in reports[product].entry.rules if one.rule == rule]
    assert (told.status, told.rows) == ("warned", rows)
    assert rows > 0


def test_what_needs_a_past_or_a_person_is_not_executed(reports):
    skipped = {
        one.rule: one.reason
        for report in reports.values()
        for one in report.entry.rules
        if one.status == "not executed"
    }
    assert skipped == {
        "usual_volume": "needs 5 earlier versions, has 0",
        "as_in_the_books": "prose cannot be executed",
    }


def test_a_second_run_changes_nothing(reports, demo):
    demo.calls.clear()
    for product in PRODUCTS:
        before = demo.files(product)
        report = demo.run(product)
        assert report.outcome == ("nothing new" if product == MERGED else "done before")
        assert report.entry.model_dump_json() == reports[product].entry.model_dump_json()
        assert report.catalog == ()
        assert demo.files(product) == before
        assert demo.ledger(product).seqs() == [1]
    assert demo.calls["GetTable"] >= len(PRODUCTS)
    assert demo.writes == {}


def test_deliveries_are_merged_as_they_were_meant(reports, demo, root):
    made = [reports[MERGED].entry]
    for number in (2, 3):
        meant = deliver(root / ".mesh/raw", number)
        made.append(demo.run(MERGED).entry)
    fates = ("inserted", "updated", "deleted", "unchanged", "superseded", "late")
    told = [{fate: getattr(entry.changed, fate) for fate in fates} for entry in made]
    assert [Counter(one) for one in told] == [Counter(dict.fromkeys(fates, 0) | one) for one in meant.values()]
    assert [entry.counts.read for entry in made] == [entry.counts.good for entry in made]
    assert [entry.counts.good for entry in made] == [sum(one.values()) for one in told]
    assert demo.ledger(MERGED).snapshot().rows == sum(one["inserted"] - one["deleted"] for one in told)


PERSONAL = ("name", "phone", "account_balance")


@pytest.mark.parametrize("live", [False, True], ids=["as the files say", "as the accounts hold"])
def test_people_see_what_the_contracts_show_them(reports, root, live):
    def seen(who, column, product="customer.customers"):
        return can(who, product, column, project=root, live=live)

    for column in PERSONAL:
        assert seen("marketing.analyst", column).denied
        assert seen("sales.engineer", column).denied
        assert seen("customer.engineer", column).allowed
    assert seen("marketing.analyst", "nation").filtered
    assert seen("sales.engineer", "nation").allowed
    assert not seen("sales.engineer", "nation").filtered
    assert seen("marketing.analyst", "revenue", "sales.revenue_by_nation").allowed
    assert seen("marketing.analyst", "total_price", "sales.orders").denied
    assert seen("sales.steward", "nation").denied


def rows_of(demo, who, question):
    """What a query of somebody answers, as dictionaries."""
    reader = live(demo.project, demo.world, who, "--as")
    statement = Statement.parse(question, (*demo.project.products(), *reader.views))
    with ask(statement, demo.project, partial(product_ledger, demo.project), None, reader) as answer:
        return [dict(zip(answer.names, row, strict=True)) for row in answer.rows]


def test_three_people_ask_the_same_question(reports, demo):
    """What scripts/governed shows: her region without what is personal, everything, and the reason for a refusal."""
    question = "select * from customer.customers order by customer_key"
    everything = demo.table("customer.customers")
    seen = rows_of(demo, "customer.engineer", question)
    assert seen == sorted(everything, key=lambda row: row["customer_key"])
    shown = [name for name in seen[0] if name not in PERSONAL]
    europe = [{name: row[name] for name in shown} for row in seen if row["region"] == "EUROPE"]
    assert rows_of(demo, "marketing.analyst", question) == europe
    assert 0 < len(europe) < len(seen)
    with pytest.raises(PlanError) as refused:
        rows_of(demo, "sales.steward", question)
    [fault] = refused.value.faults
    assert fault.code == "ACCESS_DENIED"
    assert "nothing gives sales.steward a right on customer.customers" in str(fault)


def test_nothing_is_left_to_govern_but_what_making_tables_has_given(reports, demo):
    demo.govern()
    assert not planned(demo.project, demo.world).changes.changes
