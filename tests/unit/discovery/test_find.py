from __future__ import annotations

import pytest

from mesh_etl import worlds
from mesh_etl.discovery import catalogue, find, live
from mesh_etl.discovery.words import of_name, stems

ACCOUNTS = """\
apiVersion: v3.2.0
kind: DataContract
id: {domain}-accounts
name: {title}
version: 2.1.0
status: active
description: {{purpose: "{purpose}"}}
tags: [{tag}]
schema:
  - name: accounts
    businessName: {business}
    synonyms: [{{synonym: {synonym}}}]
    dataGranularityDescription: {grain}
    authoritativeDefinitions: [{{url: "https://glossary.example/terms/{term}", type: businessDefinition}}]
    properties:
      - {{name: account_id, logicalType: integer, primaryKey: true, primaryKeyPosition: 1, required: true}}
      - name: iban
        logicalType: string
        classification: personal
        description: "A secret word: heliotrope."
        examples: [DE00]
"""


@pytest.fixture
def products(files):
    """Finds in a mesh of which two domains have accounts."""
    told = {
        "sales": {"title": "Sales accounts", "purpose": "Companies that buy from us.", "tag": "crm",
                  "synonym": "client", "business": "Key account", "grain": "One per company.", "term": "buyer"},
        "customer": {"title": "Bank accounts", "purpose": "Where payments come from.", "tag": "finance",
                     "synonym": "deposit", "business": "Ledger account", "grain": "One per bank account.",
                     "term": "liability"},
    }  # fmt: skip
    for domain, texts in told.items():
        files.job(f"{domain}.accounts", [])
        files.put(f"configs/{domain}/accounts/contract.yaml", ACCOUNTS.format(domain=domain, **texts))
    files.view("sales.summary", "select order_key from sales.orders", ["{name: order_key, logicalType: integer}"])

    def search(*words, **more):
        project = files.open()
        domains = {name: one.description for name, one in project.mesh.domains.items()}
        found, whole = find(catalogue(project).products, words, domains, **more)
        return [(one.described.product, one.why) for one in found], whole

    return search


@pytest.mark.parametrize(
    ("words", "first", "why"),
    [
        (["accounts"], "customer.accounts", "name"),
        (["account", "client"], "sales.accounts", "synonym client"),
        (["deposit"], "customer.accounts", "synonym deposit"),
        (["crm"], "sales.accounts", "tag crm"),
        (["liability"], "customer.accounts", "term"),
        (["payments"], "customer.accounts", "definition"),
        (["key account"], "sales.accounts", "business name Key account"),
        (["total"], "sales.orders", "column total"),
        (["orderkey"], "sales.orders", "column order_key"),
        (["Ordered"], "sales.orders", "name"),
        (["natoin"], "customer.customers", "column nation (nearly 'natoin': nation)"),
        (["nati"], "customer.customers", "column nation"),
        (["iban"], "customer.accounts", "column iban"),
        (["summary"], "sales.summary", "name"),
    ],
)
def test_words_lead_to_products_and_say_why(products, words, first, why):
    found, whole = products(*words)
    assert whole
    assert found[0][0] == first
    assert why in found[0][1]


def test_the_name_comes_before_a_column_and_a_column_before_a_description(products, files):
    text = "{name: x, logicalType: integer, description: How many orders.}"
    files.view("sales.about", "select items as x from sales.orders", [text])
    assert [name for name, _ in products("orders")[0]][:3] == ["sales.orders", "sales.summary", "sales.about"]


def test_all_words_are_wanted_and_else_some(products):
    assert products("account", "iban")[1] is True
    found, whole = products("account", "zeppelin")
    assert whole is False
    assert {name for name, _ in found} >= {"sales.accounts", "customer.accounts"}
    assert products("zeppelin") == ([], False)


def test_the_search_is_narrowed(products):
    assert [name for name, _ in products("account", domain="sales")[0]] == ["sales.accounts"]
    assert [name for name, _ in products(tag="personal")[0]] == [
        "customer.accounts", "customer.customers", "sales.accounts"
    ]  # fmt: skip
    assert [name for name, _ in products(tag="CRM")[0]] == ["sales.accounts"]


def test_what_is_said_of_a_classified_column_is_not_found(products, files):
    assert products("heliotrope") == ([], False)
    assert products("DE00") == ([], False)
    kept = files.root / ".mesh/discovery.json"
    assert kept.is_file()
    assert "heliotrope" not in kept.read_text()
    assert "DE00" not in kept.read_text()


def test_what_was_read_is_kept_until_its_file_changes(products, files):
    products("accounts")
    kept = files.root / ".mesh/discovery.json"
    before = kept.stat().st_mtime_ns
    products("accounts")
    assert kept.stat().st_mtime_ns == before
    files.contract("sales.orders", ["{name: zeppelin, logicalType: integer}"])
    assert products("zeppelin")[0][0][0] == "sales.orders"
    kept.write_text("{}")
    assert products("zeppelin")[0][0][0] == "sales.orders"
    kept.write_text(kept.read_text().replace('"words"', '"word"'))
    assert products("zeppelin")[0][0][0] == "sales.orders"


def test_a_product_with_faults_is_named_and_the_others_are_found(products, files):
    files.put("configs/sales/orders/contract.yaml", "kind: nothing\n")
    assert catalogue(files.open()).broken == ("sales.orders",)
    assert products("accounts")[1] is True


def test_the_live_catalogue_is_searched_as_well(files):
    project = files.open()
    glue = worlds.open(project.env, project.root).client("glue", project.identity("governance"))
    glue.create_database(DatabaseInput={"Name": "demo_sales"})
    columns = [{"Name": "order_key", "Type": "bigint", "Comment": "The number."}, {"Name": "total", "Type": "double"}]
    for number in range(3):
        body = {
            "Name": f"t{number}",
            "Description": "What was ordered.",
            "Parameters": {"mesh_etl.product": f"sales.t{number}", "mesh_etl.contract_version": "1.2.3"},
            "StorageDescriptor": {"Columns": columns},
        }
        glue.create_table(DatabaseName="demo_sales", TableInput=body)
    glue.create_table(DatabaseName="demo_sales", TableInput={"Name": "foreign"})
    found = live(glue, "111111111111", ["demo_sales", "demo_nothing"])
    assert [one.product for one in found] == ["sales.t0", "sales.t1", "sales.t2"]
    hits, whole = find(found, ["total"], {})
    assert whole
    assert hits[0].described.version == "1.2.3"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Orders placed", ("order", "plac")),
        ("orderKey", ("order", "key")),
        ("companies", ("company",)),
        ("status address bus", ("status", "address", "bus")),
        ("Größe", ("größe",)),
        ("", ()),
    ],
)
def test_words_are_compared_without_their_endings(text, want):
    assert stems(text) == want


def test_a_name_is_one_word_as_well():
    assert of_name("order_key") == ("order", "key", "orderkey")
