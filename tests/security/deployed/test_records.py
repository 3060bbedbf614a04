"""Who asks for access may write requests into the mesh's records, who decides decisions, and nobody anything else."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from mesh_etl.config import Project
from mesh_etl.errors import Fault, RunError
from mesh_etl.govern.policies import Policy, policies
from mesh_etl.govern.requests.desk import Desk
from mesh_etl.govern.requests.store import Requests
from tests.security.deployed.calls import Call, Raw, calls, recorded
from tests.security.deployed.evaluator import allowed
from tests.security.deployed.mesh import CENTRE, HOME, REGION, mesh, written
from tests.security.deployed.narrowed import idle, unseen

STORE = "asked-for"
OBJECTS = f"arn:aws:s3:::{STORE}/governance"
ONCE = {"s3:if-none-match": "*"}
Statement = dict[str, Any]
Asked = tuple[frozenset[Call], frozenset[Call]]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The mesh with a steward of `shop`, who decides, and an analyst of another account, who asks."""
    stated = mesh()
    stated["governance"]["store"] = f"s3://{STORE}/governance"
    stated["domains"]["shop"]["personas"]["steward"] = {"role": "shop-steward"}
    stated["tags"] = {"level": {"values": ["open"], "default": "open", "assign": ["shop.steward"]}}
    stated["consumers"] = {"marketing": {"account": "sales", "principals": {"analyst": "analyst"}}}
    easy = {"name": "easy", "to": ["marketing"], "classifications": ["open"], "days": 9, "reason": "it is open"}
    stated["approvals"] = [{**easy, "domains": ["sales"]}]
    return Project.open(written(tmp_path_factory.mktemp("records"), stated), "prod")


@pytest.fixture(scope="module")
def asked(world: None, records: Project) -> Asked:
    """What asking for access asks S3 for, and what deciding does."""
    boto3.client("s3").create_bucket(Bucket=STORE, CreateBucketConfiguration={"LocationConstraint": REGION})
    asking: list[Raw] = []
    deciding: list[Raw] = []
    desk = Desk(records)
    with recorded(asking):
        found, _ = desk.ask("shop.visits", "marketing.analyst", "to look", columns=("id",))
        assert [one.id for one in desk.requests.all()] == [found.id]
    with recorded(deciding):
        desk.approve(found.id, "shop.steward")
        desk.revoke(found.id, "shop.steward", "over")
    audit = Call("s3:PutObject", f"{OBJECTS}/audit/2026-11-22/1.json", ONCE)
    return frozenset({*_of(asking), audit}), frozenset({*_of(deciding), audit})


def _of(found: list[Raw]) -> set[Call]:
    return {one for service, operation, params in found for one in calls(service, operation, params)}


def held(project: Project, who: str) -> list[Statement]:
    """The statements about records of the role of somebody, by name."""
    (found,) = (one for one in policies(project) if one.kind == f"records of {who}")
    statements: list[Statement] = found.document["Statement"]
    return statements


def in_bucket(project: Project) -> tuple[Policy, list[Statement]]:
    """The policy of the bucket, and those of its statements that let roles of other accounts in."""
    (found,) = (one for one in policies(project) if one.subject == f"bucket {STORE}")
    return found, found.document["Statement"]


ASKER_MAY_NOT = {
    "decide": Call("s3:PutObject", f"{OBJECTS}/requests/0123456789/0002.json", ONCE),
    "decide by a folder": Call("s3:PutObject", f"{OBJECTS}/requests/0123456789/0002.json/0001.json", ONCE),
    "write over a request": Call("s3:PutObject", f"{OBJECTS}/requests/0123456789/0001.json"),
}
NOBODY_MAY = {
    "claim to have applied": Call("s3:PutObject", f"{OBJECTS}/applied/00000001.json", ONCE),
    "write beside it": Call("s3:PutObject", f"arn:aws:s3:::{STORE}/other/requests/0123456789/0001.json", ONCE),
    "write over what was read": Call("s3:PutObject", f"{OBJECTS}/audit/2026-11-22/1.json"),
    "write over a decision": Call("s3:PutObject", f"{OBJECTS}/requests/0123456789/0002.json"),
    "remove a request": Call("s3:DeleteObject", f"{OBJECTS}/requests/0123456789/0001.json"),
    "read who read what": Call("s3:GetObject", f"{OBJECTS}/audit/2026-11-22/1.json"),
    "read what was applied": Call("s3:GetObject", f"{OBJECTS}/applied/00000001.json"),
    "read beside it": Call("s3:GetObject", f"arn:aws:s3:::{STORE}/payroll"),
    "list all": Call("s3:ListBucket", f"arn:aws:s3:::{STORE}", {"s3:prefix": ""}),
    "list who read what": Call("s3:ListBucket", f"arn:aws:s3:::{STORE}", {"s3:prefix": "governance/audit/"}),
    "list another bucket": Call("s3:ListBucket", "arn:aws:s3:::payroll", {"s3:prefix": "governance/requests/"}),
    "read another bucket": Call("s3:GetObject", "arn:aws:s3:::payroll/governance/requests/0123456789/0001.json"),
}


def test_who_asks_may_ask_and_who_decides_may_decide(records: Project, asked: Asked) -> None:
    asking, deciding = asked
    asker, decider = held(records, "marketing.analyst"), held(records, "shop.steward")
    assert {one.action for one in asking} == {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}
    assert [one for one in asking if not allowed(one, asker)] == []
    assert [one for one in asking | deciding if not allowed(one, decider)] == []
    decisions = [one for one in deciding if one.action == "s3:PutObject" and "/requests/" in one.resource]
    assert len(decisions) == 2
    assert [one for one in decisions if allowed(one, asker)] == []


def test_neither_is_wider_than_that(records: Project, asked: Asked) -> None:
    asking, deciding = asked
    asker, decider = held(records, "marketing.analyst"), held(records, "shop.steward")
    assert idle(asker, asking) == []
    assert idle(decider, deciding) == []
    assert [name for name, one in {**NOBODY_MAY, **ASKER_MAY_NOT}.items() if allowed(one, asker)] == []
    assert [name for name, one in NOBODY_MAY.items() if allowed(one, decider)] == []
    assert unseen(asker, [*NOBODY_MAY.values(), *ASKER_MAY_NOT.values()]) == []
    assert unseen(decider, NOBODY_MAY.values()) == []


def test_the_bucket_lets_them_in_from_their_accounts_and_keeps_what_is_written(records: Project, asked: Asked) -> None:
    policy, statements = in_bucket(records)
    assert (policy.account, policy.kind) == ("centre", "records (statements to add)")
    analyst, steward = "arn:aws:iam::222222222222:role/analyst", f"arn:aws:iam::{HOME}:role/shop-steward"
    for arn, may in ((analyst, asked[0]), (steward, asked[0] | asked[1])):
        own = [one for one in statements if one["Principal"] == {"AWS": [arn]}]
        assert [one for one in may if not allowed(one, own, statements)] == []
    everything = [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}]
    for name in ("write over what was read", "write over a decision", "remove a request"):
        assert not allowed(NOBODY_MAY[name], everything, statements), name
    assert CENTRE not in str([one["Principal"] for one in statements])


def test_what_a_policy_would_approve_waits_for_somebody_who_may(
    asked: Asked, records: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the printed rights alone, S3 refuses the step that says so."""
    create = Requests._create

    def refused(self: Requests, id_: str, number: int, content: bytes) -> bool:
        call = Call("s3:PutObject", f"{OBJECTS}/requests/{id_}/{number:04d}.json", ONCE)
        if not allowed(call, held(records, "marketing.analyst")):
            raise RunError(Fault("ACCESS_DENIED", "S3 refuses access (AccessDenied)", id_))
        return create(self, id_, number, content)

    monkeypatch.setattr(Requests, "_create", refused)
    desk = Desk(records)
    found, why = desk.ask("sales.customers", "marketing.analyst", "to look", columns=("id",), days=5)
    assert found.status(desk.today) == "asked"
    assert why == ("the policy 'easy' lets it through, but you may not write a decision",)
