"""Views of several dialects: stored and versioned as given, and refused where no engine could read them."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws

SPARK = {"Dialect": "SPARK", "DialectVersion": "1.0", "ViewOriginalText": "SELECT id FROM sales.orders"}
ATHENA = {"Dialect": "ATHENA", "DialectVersion": "3", "ViewOriginalText": 'SELECT id FROM "sales"."orders"'}
DEFINER = "arn:aws:iam::000000000000:role/definer"
ORDERS = "arn:aws:glue:eu-west-1:000000000000:table/sales/orders"


def view(**changes: Any) -> dict[str, Any]:
    definition = {"IsProtected": True, "Definer": DEFINER, "SubObjects": [ORDERS], "Representations": [SPARK, ATHENA]}
    columns = [{"Name": "id", "Type": "bigint"}]
    return {"Name": "ids", "ViewDefinition": {**definition, **changes}, "StorageDescriptor": {"Columns": columns}}


def test_a_view_is_kept_with_all_its_dialects_and_versions(table: Any) -> None:
    table.create_table(DatabaseName="sales", TableInput=view())
    table.update_table(DatabaseName="sales", TableInput=view(Representations=[SPARK]))
    found = table.get_table(DatabaseName="sales", Name="ids")["Table"]
    assert found["IsMultiDialectView"]
    assert found["ViewDefinition"]["Representations"] == [SPARK]
    assert found["ViewDefinition"]["SubObjects"] == [ORDERS]
    first = table.get_table_version(DatabaseName="sales", TableName="ids", VersionId="0")["TableVersion"]["Table"]
    assert first["ViewDefinition"] == view()["ViewDefinition"]
    assert "IsMultiDialectView" not in table.get_table(DatabaseName="sales", Name="orders")["Table"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"Representations": [SPARK, SPARK]}, "one representation of each dialect"),
        ({"Representations": [{"ViewOriginalText": "SELECT 1"}]}, "with its dialect"),
        ({"Representations": [{"Dialect": "SPARK"}]}, "needs its ViewOriginalText"),
        ({"Representations": [{**SPARK, "Dialect": "DUCKDB"}]}, "enum value set"),
        ({"SubObjects": [ORDERS] * 11}, "length less than or equal to 10"),
    ],
)
def test_a_view_that_no_engine_could_read_is_refused(table: Any, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(table.exceptions.ClientError, match=problem):
        table.create_table(DatabaseName="sales", TableInput=view(**changes))


def test_a_view_has_a_definer_and_columns(table: Any) -> None:
    wanted = view()
    del wanted["ViewDefinition"]["Definer"]
    with pytest.raises(table.exceptions.InvalidInputException, match="definer"):
        table.create_table(DatabaseName="sales", TableInput=wanted)
    with pytest.raises(table.exceptions.InvalidInputException, match="columns"):
        table.create_table(DatabaseName="sales", TableInput={**view(), "StorageDescriptor": {}})
    with pytest.raises(NotImplementedByEmbeddedAws, match="RefreshSeconds"):
        table.create_table(DatabaseName="sales", TableInput=view(RefreshSeconds=60))


def dialects(table: Any) -> list[tuple[str, bool]]:
    found = table.get_table(DatabaseName="sales", Name="ids")["Table"]["ViewDefinition"]["Representations"]
    return sorted((one["Dialect"], one.get("IsStale", False)) for one in found)


def test_one_dialect_changes_among_others(table: Any) -> None:
    def update(action: str, wanted: dict[str, Any], **more: Any) -> None:
        table.update_table(DatabaseName="sales", TableInput=wanted, ViewUpdateAction=action, **more)

    table.create_table(DatabaseName="sales", TableInput=view(Representations=[SPARK]))
    update("ADD", view(Representations=[ATHENA]))
    assert dialects(table) == [("ATHENA", False), ("SPARK", False)]
    with pytest.raises(table.exceptions.InvalidInputException, match="already"):
        update("ADD", view(Representations=[ATHENA]))
    update("REPLACE", view(Representations=[{**SPARK, "ViewOriginalText": "SELECT 1 AS id"}]))
    assert dialects(table) == [("ATHENA", False), ("SPARK", False)]
    other = view(Representations=[SPARK], SubObjects=[])
    with pytest.raises(table.exceptions.InvalidInputException, match="the same in all dialects"):
        update("REPLACE", other)
    update("REPLACE", other, Force=True)
    assert dialects(table) == [("ATHENA", True), ("SPARK", False)]
    update("DROP", view(Representations=[{"Dialect": "ATHENA"}]))
    assert dialects(table) == [("SPARK", False)]
    for action, dialect in (("DROP", "SPARK"), ("DROP", "ATHENA"), ("REPLACE", "ATHENA")):
        with pytest.raises(table.exceptions.InvalidInputException):
            update(action, view(Representations=[{"Dialect": dialect}]))
    with pytest.raises(table.exceptions.InvalidInputException, match="is for views"):
        table.update_table(DatabaseName="sales", TableInput={"Name": "orders"}, ViewUpdateAction="ADD")
