"""Names of people become principals, and principals names."""

from __future__ import annotations

import pytest

from mesh_etl.config import parse
from mesh_etl.config.mesh_file import mesh_of
from mesh_etl.errors import ConfigError
from mesh_etl.govern.names import arn_of, central, product_of
from mesh_etl.govern.principals import name_of, principal, recipients
from mesh_etl.govern.state.groups import account_of

MESH = mesh_of(
    parse(
        """\
name: shop
warehouse: w
accounts:
  hub: {id: "111111111111"}
  sales: {id: "222222222222"}
  marketing: {id: "333333333333"}
governance: {account: hub}
domains:
  sales:
    owner: o
    account: sales
    personas: {engineer: {role: engineer, rights: [describe, alter], runs_jobs: true}, steward: {role: steward}}
consumers:
  marketing: {account: marketing, principals: {analyst: analyst, steward: steward, planner: PLANNER}}
  research: {account: marketing, principals: {fellow: fellow}}
""".replace("PLANNER", "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_planner_0123456789abcdef"),
        "mesh.yaml",
    ),
    {},
    "env.yaml",
)
ANALYST = "arn:aws:iam::333333333333:role/analyst"
PLANNER = (
    "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_planner_0123456789abcdef"
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("marketing.analyst", ANALYST),
        ("role/analyst", ANALYST),
        ("marketing/role/analyst", ANALYST),
        ("333333333333/role/analyst", ANALYST),
        (ANALYST, ANALYST),
        ("marketing/role/newcomer", "arn:aws:iam::333333333333:role/newcomer"),
        ("marketing/role/service-role/newcomer", "arn:aws:iam::333333333333:role/service-role/newcomer"),
        ("role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_planner_0123456789abcdef", PLANNER),
        ("marketing.planner", PLANNER),
        ("role/mesh-governor", None),
        ("marketing", "333333333333"),
        ("hub", "111111111111"),
        ("999999999999", "999999999999"),
    ],
)
def test_who_is_meant(text: str, wanted: str | None) -> None:
    if wanted is not None:
        assert principal(MESH, text) == wanted
        return
    with pytest.raises(ConfigError, match="several accounts have a role 'mesh-governor'; write one of hub/role/mesh-"):
        principal(MESH, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("marketing.analist", "nobody of the mesh is called 'marketing.analist'; did you mean 'marketing.analyst'?"),
        ("role/analist", "no account of the mesh has a role 'analist'; did you mean 'analyst'?"),
        ("role/steward", "several accounts have a role 'steward'; write one of sales/role/steward, marketing/role/ste"),
        ("markting/role/analyst", "there is no account 'markting'; did you mean 'marketing'?"),
        ("arn:aws:iam::333333333333:user/ann", "nobody of the mesh is called 'arn:aws:iam::333333333333:user/ann'"),
        ("marketing/role/../x y", "no account of the mesh has a role that"),
        ("IAM_ALLOWED_PRINCIPALS", "nobody of the mesh"),
        ("*", "nobody of the mesh is called that"),
        ("٣٣٣٣٣٣٣٣٣٣٣٣", "nobody of the mesh is called '٣"),  # twelve digits, and those of no account
        ("", "nobody of the mesh is called that"),
    ],
)
def test_who_is_not_known(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        principal(MESH, text, "here:1:1")
    assert str(caught.value).startswith(f"here:1:1: {told}")


def test_a_team_is_its_own_people() -> None:
    assert recipients(MESH, "research").roles == ("arn:aws:iam::333333333333:role/fellow",)
    assert len(recipients(MESH, "333333333333").roles) == 4


@pytest.mark.parametrize("text", ["marketing.analyst", "sales.steward", "hub/role/mesh-governor", "marketing"])
def test_names_lead_back(text: str) -> None:
    assert name_of(MESH, principal(MESH, text)) == text


def test_names_of_others_stay_as_they_are() -> None:
    assert name_of(MESH, "IAM_ALLOWED_PRINCIPALS") == "IAM_ALLOWED_PRINCIPALS"
    assert name_of(MESH, "arn:aws:iam::999999999999:role/x") == "999999999999/role/x"
    assert account_of(ANALYST) == "333333333333"


def test_entries_and_places() -> None:
    table = central(MESH, "sales.orders")
    assert (table.catalog, table.database, table.name) == ("111111111111", "shop_sales", "orders")
    assert product_of(MESH, table) == "sales.orders"
    assert arn_of("s3://lake/sales/orders/") == "arn:aws:s3:::lake/sales/orders"
    assert arn_of("file:///tmp/w/sales") == "arn:aws:s3:::local/tmp/w/sales"
