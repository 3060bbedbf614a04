from __future__ import annotations

import base64
import json

import pytest

from mesh_etl import worlds
from mesh_etl.govern.state import Table
from mesh_etl.govern.state.entries import MASKED, VIEW_OF
from mesh_etl.views import Views
from mesh_etl.views.entries import DEFINER, entry, masked
from mesh_etl.views.table_input import definition_of, table_input

ROLE = "arn:aws:iam::222222222222:role/sales-engineer"
TABLE = Table("111111111111", "demo_sales", "by_nation")
SQL = "select nation, count(*) as orders from customer.customers group by nation"
COLUMNS = ["{name: nation, logicalType: string}", "{name: orders, logicalType: integer}"]
TYPES = {"customer_key": "bigint", "name": "string", "balance": "decimal(12,2)", "nation": "string"}


def shown(files, found):
    """What the catalogue answers for the view, once it is there."""
    project = files.open()
    glue = worlds.open(project.env, project.root).client("glue", project.identity("governance"))
    glue.create_database(DatabaseInput={"Name": TABLE.database})
    glue.create_table(DatabaseName=TABLE.database, TableInput=found)
    return glue.get_table(DatabaseName=TABLE.database, Name=TABLE.name)["Table"]


def test_a_view_with_a_definer_is_one_of_two_dialects(files, place):
    files.view("sales.by_nation", SQL, COLUMNS)
    made = entry(Views(files.open()).view("sales.by_nation"), place, ROLE)
    assert (made.kind, made.columns, made.types) == ("view", ("nation", "orders"), ("string", "bigint"))
    found = table_input(TABLE, made, "eu-west-1", "How many.", {"nation": "Where."}, "athena")
    view = found["ViewDefinition"]
    assert view["Definer"] == ROLE
    assert view["IsProtected"] is True
    assert view["SubObjects"] == ["arn:aws:glue:eu-west-1:111111111111:table/demo_customer/customers"]
    assert [one["Dialect"] for one in view["Representations"]] == ["SPARK", "ATHENA"]
    assert view["Representations"][1]["ValidationConnection"] == "athena"
    assert found["StorageDescriptor"]["Columns"][0] == {"Name": "nation", "Type": "string", "Comment": "Where."}
    answer = shown(files, found)
    assert definition_of(answer) == made.definition


def test_one_dialect_is_enough(files, place):
    files.view("sales.by_nation", SQL, COLUMNS, more="definer: engineer\ndialects: [athena]\n")
    made = entry(Views(files.open()).view("sales.by_nation"), place, ROLE)
    answer = shown(files, table_input(TABLE, made, "eu-west-1"))
    assert [one["Dialect"] for one in answer["ViewDefinition"]["Representations"]] == ["ATHENA"]
    assert definition_of(answer) == made.definition


def test_a_view_without_a_definer_is_one_of_athena(files, place):
    files.view("sales.by_nation", SQL, COLUMNS, more="")
    made = entry(Views(files.open()).view("sales.by_nation"), place)
    found = table_input(TABLE, made, "eu-west-1")
    text = found["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    stored = json.loads(base64.b64decode(text))
    assert stored["columns"] == [{"name": "nation", "type": "varchar"}, {"name": "orders", "type": "bigint"}]
    assert stored["schema"] == "demo_sales"
    assert '"demo_customer"."customers"' in stored["originalSql"]
    assert "ViewDefinition" not in found
    assert found["Parameters"]["presto_view"] == "true"
    assert definition_of(shown(files, found)) == made.definition


def test_a_changed_view_is_told_from_what_was_made(files, place):
    files.view("sales.by_nation", SQL, COLUMNS, more="")
    made = entry(Views(files.open()).view("sales.by_nation"), place)
    found = table_input(TABLE, made, "eu-west-1")
    found["ViewOriginalText"] = "/* Presto View: " + base64.b64encode(b'{"originalSql": "SELECT 1"}').decode() + " */"
    assert definition_of(found) == "SELECT 1"
    assert definition_of({"ViewOriginalText": "/* Presto View: rubbish */"}) == "/* Presto View: rubbish */"


def test_an_audience_sees_masked_columns(place):
    masks = {"name": "sha2(name, 256)", "balance": "round(balance / 1000)"}
    made = masked("customer.customers", TYPES, ["name", "balance", "nation"], masks, place, ROLE, "nation = 'FRANCE'")
    assert made.definition == (
        "SELECT CAST(SHA2(ENCODE(`name`, 'UTF-8'), 256) AS STRING) AS `name`, "
        "CAST(ROUND(`balance` / 1000) AS DOUBLE) AS `balance`, `nation` AS `nation` "
        "FROM `demo_customer`.`customers` WHERE `nation` = 'FRANCE'"
    )
    assert made.types == ("string", "double", "string")
    parameters = dict(made.parameters)
    assert (parameters[VIEW_OF], parameters[MASKED]) == ("customer.customers", "balance,name")
    assert parameters[DEFINER] == ROLE


@pytest.mark.parametrize(
    ("masks", "rows", "why"),
    [
        ({"name": "(select max(name) from customer.customers)"}, "", "subquery"),
        ({"name": "java_method('a', 'b')"}, "", "runs code"),
        ({"name": "name) from x; drop table y --"}, "", "not SQL"),
        ({}, "1 = 1; drop table y", "not one condition"),
        ({}, "name in (select name from other)", "subquery|not allowed"),
        ({"name": "phone"}, "", "phone"),
    ],
)
def test_nothing_is_spelled_by_a_mask_or_a_condition(place, masks, rows, why):
    with pytest.raises(ValueError, match=why):
        masked("customer.customers", TYPES, ["name"], masks, place, ROLE, rows)
