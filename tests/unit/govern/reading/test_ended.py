"""What has ended shows nothing, whatever the accounts still hold."""

from __future__ import annotations

import datetime

import pytest

from mesh_etl.config import Project
from mesh_etl.govern.compile import compiled
from mesh_etl.govern.products import governed
from mesh_etl.govern.reading import Reader
from mesh_etl.govern.reading.ended import without_ended
from mesh_etl.govern.requests import Desk
from mesh_etl.govern.state import GrantKey, Rights

FILES = {
    "configs/mesh.yaml": """\
name: shop
warehouse: table
accounts:
  governance: {id: "111111111111"}
  sales: {id: "222222222222"}
  marketing: {id: "444444444444"}
governance: {account: governance}
domains:
  sales: {owner: sales-team, account: sales}
consumers:
  marketing: {account: marketing, principals: {analyst: marketing-analyst, lead: marketing-lead}}
""",
    "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
    "configs/sales/orders/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema: [{name: orders, properties: [{name: id, logicalType: integer}, {name: region, logicalType: string}]}]
roles:
  - role: past
    access: read
    customProperties: [{property: principals, value: [marketing.analyst]}, {property: until, value: "2020-12-31"}]
  - role: present
    access: read
    customProperties: [{property: principals, value: [marketing.lead]}, {property: columns, value: [id]}]
""",
    "configs/sales/orders/job.yaml": """\
product: sales.orders
source: {type: csv, path: in.csv}
target: {mode: append}
""",
}
THEN = datetime.date(2020, 1, 1)


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project.open(tmp_path)


def seen(project, state, role):
    reader = Reader.of(project.mesh, f"arn:aws:iam::444444444444:role/marketing-{role}", state)
    return set(reader.access("sales.orders").shown)


def test_a_role_of_a_contract_after_its_last_day(project):
    state = compiled(project.mesh, governed(project), today=THEN).state
    assert (seen(project, state, "analyst"), seen(project, state, "lead")) == ({"id", "region"}, {"id"})
    now = without_ended(project, state, governed(project))
    assert (seen(project, now, "analyst"), seen(project, now, "lead")) == (set(), {"id"})


def test_a_request_that_was_revoked_or_has_expired_and_nothing_else_of_the_same_principal(project):
    past = Desk(project, lambda: datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    for columns, days in ((("region",), 5), (("id", "region"), 4000)):
        found, _ = past.ask("sales.orders", "marketing.lead", "to know", columns=columns, days=days)
        past.approve(found.id, "sales-team")
    state = compiled(project.mesh, governed(project), past.approved(), today=THEN).state
    assert seen(project, without_ended(project, state, governed(project)), "lead") == {"id", "region"}
    past.revoke(found.id, "sales-team", "over")
    assert seen(project, without_ended(project, state, governed(project)), "lead") == {"id"}


def test_a_grant_of_others_is_theirs(project):
    state = compiled(project.mesh, governed(project), today=THEN).state
    key = next(one for one in state.grants if one.principal.endswith("lead") and "222" not in one.account)
    foreign = GrantKey(key.account, "arn:aws:iam::444444444444:role/marketing-other", key.resource)
    held = {**state.grants, foreign: Rights(frozenset({"SELECT"}))}
    assert foreign in without_ended(project, type(state)(grants=held), governed(project)).grants
