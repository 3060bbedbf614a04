"""Credentials for the files of a table: for whoever is shown all of it, where the account's settings allow them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from mesh_etl.errors import MeshError
from mesh_etl.stores.s3_vended import refreshed

ARN = "arn:aws:glue:eu-west-1:111111111111:table/sales/orders"
PLACE, ROLE = "arn:aws:s3:::lake/sales", "arn:aws:iam::111111111111:role/mesh-data-access"
Ask = Callable[..., Any]
FILTER = {"TableCatalogId": "111111111111", "DatabaseName": "sales", "TableName": "orders", "Name": "part"}
EVERY = ["id", "email", "region", "paid", "lines", "year"]


@pytest.fixture
def engineer(lake: Any) -> str:
    """A role of the shop, whose account has joined what is shared with it; the place is registered, the setting on."""
    lake.settle(AllowFullTableExternalDataAccess=True)
    lake.register_resource(ResourceArn=PLACE, RoleArn=ROLE)
    to = str(lake.role("engineer", "shop"))
    lake.grant(to, {"Table": {"DatabaseName": "sales", "Name": "returns"}}, "SELECT")
    lake.accept("shop")
    return to


@pytest.fixture
def ask(lake: Any) -> Ask:
    """A function that asks for credentials as the engineer of the shop."""

    def call(role: str = "engineer", account: str = "shop", **more: Any) -> Any:
        given = {"TableArn": ARN, "Permissions": ["SELECT"], **more}
        return lake.client(account, role).get_temporary_glue_table_credentials(**given)

    return call


def part(lake: Any, rows: str, columns: list[str]) -> dict[str, Any]:
    data = {**FILTER, "RowFilter": {"FilterExpression": rows} if rows else {"AllRowsWildcard": {}}}
    lake.create_data_cells_filter(TableData={**data, "ColumnNames": columns})
    return {"DataCellsFilter": FILTER}


def test_who_is_shown_all_of_a_table_has_them_for_its_place(
    lake: Any, engineer: str, ask: Ask, orders: dict[str, Any]
) -> None:
    lake.grant(engineer, orders, "SELECT")
    lake.accept("shop")
    found = ask(DurationSeconds=900)
    assert found["VendedS3Path"] == ["s3://lake/sales/orders/"]
    left = found["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=14) < left < timedelta(minutes=16)


def test_tags_and_filters_that_leave_nothing_out_show_all_of_it(
    lake: Any, engineer: str, ask: Ask, orders: dict[str, Any], policy: Any, refused: Any
) -> None:
    lake.tag(orders, level="public")
    lake.grant(engineer, policy(level=["public"]), "SELECT")
    lake.accept("shop")
    ask()
    lake.tag({"TableWithColumns": {**orders["Table"], "ColumnNames": ["email"]}}, level="secret")
    refused("PermissionTypeMismatchException", ask)
    lake.grant(engineer, part(lake, "", ["email"]), "SELECT")
    lake.accept("shop")
    ask()


@pytest.mark.parametrize("kind", ["columns", "rows", "all but one"])
def test_what_would_have_to_be_filtered_is_refused(
    lake: Any, engineer: str, ask: Ask, columns: Any, refused: Any, kind: str
) -> None:
    resource = {
        "columns": lambda: columns("id", "region"),
        "rows": lambda: part(lake, "region = 'west'", EVERY),
        "all but one": lambda: columns(but=("email",)),
    }[kind]()
    lake.grant(engineer, resource, "SELECT")
    lake.accept("shop")
    refused("PermissionTypeMismatchException", ask)


def test_who_has_no_right_or_another_one_is_refused(
    lake: Any, engineer: str, ask: Ask, orders: dict[str, Any], refused: Any
) -> None:
    refused("AccessDeniedException", ask)
    refused("AccessDeniedException", ask, "stranger", "marketing")
    lake.grant(engineer, orders, "DESCRIBE", "INSERT")
    lake.accept("shop")
    refused("AccessDeniedException", ask)


def test_neither_without_the_setting_nor_without_a_role_that_reads_the_place(
    lake: Any, engineer: str, ask: Ask, orders: dict[str, Any], refused: Any
) -> None:
    lake.grant(engineer, orders, "SELECT")
    lake.accept("shop")
    lake.settle()
    assert "not allowed" in refused("AccessDeniedException", ask)
    lake.settle(AllowFullTableExternalDataAccess=True)
    lake.deregister_resource(ResourceArn=PLACE)
    assert "not registered" in refused("AccessDeniedException", ask)
    lake.register_resource(ResourceArn=PLACE, UseServiceLinkedRole=True)
    assert "not registered" in refused("AccessDeniedException", ask)


@pytest.mark.parametrize(
    "more",
    [
        {"TableArn": ARN.replace("eu-west-1", "us-east-1")},
        {"TableArn": ARN.rpartition("/")[0]},
        {"Permissions": ["SELECT", "INSERT"]},
        {"DurationSeconds": 60_000},
    ],
)
def test_requests_that_make_no_sense_are_refused(engineer: str, ask: Ask, more: dict[str, Any]) -> None:
    with pytest.raises((ClientError, ParamValidationError), match=r"InvalidInput|valid"):
        ask(**more)


class TestAsAJobAsks:
    """The same by what a job reads a table of another domain with."""

    @pytest.fixture
    def session(self, lake: Any) -> Any:
        """A session as botocore's, whose clients are the engineer's."""
        return SimpleNamespace(create_client=lambda service, **_: lake.client("shop", "engineer", service))

    def test_it_is_given_them_or_told_why_not(
        self, lake: Any, engineer: str, orders: dict[str, Any], columns: Any, session: Any
    ) -> None:
        for resource, expected in ((None, "ACCESS_DENIED"), (columns("id"), "ACCESS_FILTERED"), (orders, "")):
            if resource:
                lake.grant(engineer, resource, "SELECT")
                lake.accept("shop")
            code = ""
            try:
                assert refreshed(session, ARN).get_frozen_credentials().access_key.startswith("ASIA")
            except MeshError as error:
                code = error.code
            assert code == expected

    def test_those_that_have_ended_already_are_told_and_worth_a_retry(
        self, lake: Any, engineer: str, orders: dict[str, Any], session: Any
    ) -> None:
        lake.grant(engineer, orders, "SELECT")
        lake.accept("shop")
        lake.accounts.forward(hours=-2)
        with pytest.raises(MeshError, match=r"had ended when they came.*\[AWS_EXPIRED\]") as caught:
            refreshed(session, ARN)
        assert caught.value.retryable
        assert "embedded" not in str(caught.value)
