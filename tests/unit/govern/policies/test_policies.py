"""The policies that govern a mesh name who, what and for whom; nobody is let in by being talked into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mesh_etl
from mesh_etl.config import Project
from mesh_etl.errors import PlanError
from mesh_etl.govern.policies import Policy, policies

MESH = """
name: shop
warehouse: s3://shop-lake/tables
accounts:
  governance: {id: "111111111111", external_id: shop-mesh}
  sales: {id: "222222222222", external_id: shop-mesh-sales}
  customer: {id: "333333333333", external_id: shop-mesh-customer}
  marketing: {id: "444444444444", external_id: shop-mesh-marketing}
governance:
  account: governance
  event_bus: mesh
  notify: "arn:aws:sns:eu-west-1:111111111111:requests"
domains:
  sales:
    owner: sales-team
    account: sales
    warehouse: s3://sales-lake
    personas:
      engineer: {role: engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}
  customer:
    owner: customer-team
    account: customer
    warehouse: s3://customer-lake/products
    personas:
      engineer: {role: customer-engineer, rights: [describe, alter], runs_jobs: true}
consumers:
  marketing: {account: marketing, principals: {analyst: analyst}}
"""
ENV = """
world: {type: aws, region: eu-west-1, account: "111111111111"}
s3: {kms_key: "arn:aws:kms:eu-west-1:111111111111:key/3c9f"}
"""
# Lake Formation, and what RAM's calls ask before there is a share, know no resources.
UNBOUND = ("lakeformation:", "ram:", "organizations:DescribeOrganization")


@pytest.fixture
def project(tmp_path: Path) -> Any:
    def made(mesh: str = MESH) -> Project:
        (tmp_path / "configs/env").mkdir(parents=True, exist_ok=True)
        (tmp_path / "configs/mesh.yaml").write_text(mesh)
        (tmp_path / "configs/env/local.yaml").write_text(ENV)
        return Project.open(tmp_path)

    return made


def statements(found: tuple[Policy, ...]) -> Iterator[tuple[Policy, dict[str, Any]]]:
    for policy in found:
        for statement in policy.document["Statement"]:
            yield policy, statement


def keys(statement: dict[str, Any]) -> set[str]:
    return {key for tests in statement.get("Condition", {}).values() for key in tests}


def test_no_service_and_no_account_is_let_in_without_saying_for_whom(project: Any) -> None:
    trusts = [(policy, one) for policy, one in statements(policies(project())) if policy.kind == "trust"]
    assert len(trusts) == 3 + 3 + 2  # governors elsewhere, roles that read data, roles of jobs
    for policy, statement in trusts:
        asked = "aws:SourceAccount" if "Service" in statement["Principal"] else "sts:ExternalId"
        assert asked in keys(statement), policy.subject
        assert "*" not in json.dumps(statement["Principal"])


def test_the_conditions_name_the_account_that_the_policy_is_of(project: Any) -> None:
    ids = {name: account.id for name, account in project().mesh.accounts.items()}
    for policy, statement in statements(policies(project())):
        stated = statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount")
        assert stated in (None, ids[policy.account])


def test_what_is_allowed_is_named(project: Any) -> None:
    for policy, statement in statements(policies(project())):
        if statement["Effect"] == "Deny":
            continue
        assert not [action for action in statement["Action"] if "*" in action], policy.subject
        if statement.get("Resource") == ["*"]:
            assert all(action.startswith(UNBOUND) for action in statement["Action"]), statement["Sid"]


def test_each_bucket_refuses_what_does_not_come_by_tls_and_other_keys(project: Any) -> None:
    found = [policy for policy in policies(project()) if policy.subject.startswith("bucket")]
    buckets = [policy for policy in found if policy.kind == "resource"]
    assert [policy.subject for policy in buckets] == ["bucket customer-lake", "bucket sales-lake"]
    for policy in buckets:
        denied = {one["Sid"] for one in policy.document["Statement"] if one["Effect"] == "Deny"}
        assert denied == {"LedgerIsWrittenOnce", "LedgerStays", "OnlyByKms", "OnlyByThisKey", "OnlyByTls"}


def test_the_central_account_reads_the_places_of_products_and_writes_nothing(project: Any) -> None:
    for policy, statement in statements(policies(project())):
        central = policy.account == "governance" and "mesh-data-access" in policy.subject
        reader = "111111111111:role/mesh-data-access" in json.dumps(statement.get("Principal", ""))
        if central or reader:
            assert not {"s3:PutObject", "s3:DeleteObject", "kms:Encrypt"} & set(statement["Action"])
    (sales,) = (one for one in policies(project()) if one.subject == "bucket sales-lake")
    objects = next(one for one in sales.document["Statement"] if one["Sid"] == "Objects")
    assert objects["Resource"] == ["arn:aws:s3:::sales-lake/sales/*"]


def test_the_same_mesh_gives_the_same_text(project: Any) -> None:
    assert json.dumps([one.document for one in policies(project())]) == json.dumps(
        [one.document for one in policies(project())]
    )


def test_an_account_without_an_external_id_is_told(project: Any) -> None:
    bare = MESH.replace(", external_id: shop-mesh-sales", "")
    with pytest.raises(PlanError) as raised:
        policies(project(bare))
    assert raised.value.code == "EXTERNAL_ID_MISSING"
    assert raised.value.faults[0].where.startswith("configs/mesh.yaml:")


def test_a_mesh_that_is_not_governed_has_none(project: Any) -> None:
    with pytest.raises(PlanError) as raised:
        policies(project("name: a\nwarehouse: w\ndomains: {sales: {owner: team}}\n"))
    assert raised.value.code == "NOT_GOVERNED"


def test_every_text_is_within_the_limits_of_iam(project: Any) -> None:
    for policy in policies(project()):
        text = json.dumps(policy.document, separators=(",", ":"))
        assert len(text) <= (2048 if policy.kind == "trust" else 6144), policy.subject


def test_the_bus_takes_events_of_the_mesh_from_its_roles_alone(project: Any) -> None:
    (bus,) = (one for one in policies(project()) if one.subject == "event bus mesh")
    (statement,) = bus.document["Statement"]
    assert statement["Principal"]["AWS"] == [
        "arn:aws:iam::111111111111:role/mesh-governor",
        "arn:aws:iam::222222222222:role/engineer",
        "arn:aws:iam::333333333333:role/customer-engineer",
    ]
    assert statement["Resource"] == ["arn:aws:events:eu-west-1:111111111111:event-bus/mesh"]
    assert statement["Condition"] == {"StringEquals": {"events:source": "mesh_etl"}}


def test_the_topic_is_told_by_who_governs(project: Any) -> None:
    (topic,) = (one for one in policies(project()) if one.subject == "topic requests")
    assert topic.document["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111111111111:role/mesh-governor"}


def test_every_call_of_a_publish_is_allowed_to_who_runs_jobs(project: Any) -> None:
    called = {
        f"glue:{name}"
        for file in (Path(mesh_etl.__file__).parent / "publish").rglob("*.py")
        for name in re.findall(r'"glue:([A-Z][A-Za-z]+)"', file.read_text())
    }
    own, central = "arn:aws:glue:eu-west-1:222222222222", "arn:aws:glue:eu-west-1:111111111111"
    allowed = {
        (action, resource)
        for policy, one in statements(policies(project()))
        if policy.subject == "role engineer" and policy.kind == "catalogue permissions"
        for action in one["Action"]
        for resource in one["Resource"]
    }
    assert len(called) > 8
    assert {action for action in called if (action, f"{own}:database/sales") not in allowed} == set()
    tables = {action for action in called if (action, f"{own}:table/sales/*") not in allowed}
    assert tables == {"glue:CreateDatabase"}  # which is asked for a catalogue and a database
    left = {action for action in called if (action, f"{central}:table/shop_sales/*") not in allowed}
    assert left == {"glue:CreateDatabase"}  # the central database is for govern apply to make
    assert not [one for one in allowed if one[0] == "glue:UpdateTable" and "shop_customer" in one[1]]
    assert ("lakeformation:GetDataAccess", "*") in allowed


def test_no_two_policies_are_called_the_same(project: Any) -> None:
    names = [(one.account, one.subject, one.kind.partition(" ")[0]) for one in policies(project())]
    assert len(names) == len(set(names))
