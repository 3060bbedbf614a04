"""Each call of a deploy, a change, and a removal fails in turn, in every way, and the same command then ends well.

Here a share of the points is taken; MESH_DEPLOY_STRIDE=1 takes all of them, as `scripts/fault` does.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from mesh_etl.deploy.stacks import assembled
from mesh_etl.embedded_aws import FILE
from mesh_etl.testing.accounts import Accounts

from .conftest import Command

STRIDE = int(os.environ.get("MESH_DEPLOY_STRIDE", "53"))  # a prime, so that calls and ways take turns
STACK, LAKE = "test-prod-shop", "shop-tables"
DATA = f"{LAKE}/t/shop/visits/data/1.parquet"
DEPLOY, DESTROY = ("deploy", "shop", "--yes"), ("destroy", "shop", "--yes")
PURGE = ("destroy", "shop", "--with-data", "--confirm", "shop")
NONE, OLD, NEW = "an empty account", "an account with a deploy", "an account with an older deploy"
SCENARIOS = {
    "a first deploy": (NONE, DEPLOY),
    "a change": (NEW, DEPLOY),
    "a removal": (OLD, DESTROY),
    "a removal with data": (OLD, PURGE),
}
LOST = ConnectionClosedError(endpoint_url="https://aws")
WAYS: dict[str, tuple[str | BaseException, str, str]] = {
    "throttled": ("Throttling", "before", "AWS_BUSY"),
    "expired": ("ExpiredToken", "before", "AWS_EXPIRED"),
    "denied": ("AccessDenied", "before", "AWS_DENIED"),
    "not sent": (LOST, "before", "AWS_UNREACHABLE"),
    "reply lost": (LOST, "after", "AWS_UNREACHABLE"),
    "interrupted": (KeyboardInterrupt(), "after", "INTERRUPTED"),
}
BUSY = ("E_IN_PROGRESS", "P_IN_PROGRESS")  # not REVIEW_IN_PROGRESS
# S3 hides so what is not there; without a right to look at the boundary a deploy goes on, and says so.
SPARED = {("s3.HeadObject", "denied"), ("iam.GetPolicy", "denied"), ("iam.GetPolicyVersion", "denied")}
KEPT = ("glue.", "s3.", "kms.alias", "cloudformation.resource")
CHOSEN = re.compile(r"-[0-9A-F]{12,13}\b|[0-9a-f]{8}-[0-9a-f-]{27}")  # what AWS puts into names


@pytest.fixture
def project(project: Path) -> Path:
    """The domain's tables are in a bucket of its own, which its stack makes."""
    mesh = project / "configs/mesh.yaml"
    stated = json.loads(mesh.read_text())
    stated["domains"]["shop"]["warehouse"] = f"s3://{LAKE}/t"
    mesh.write_text(json.dumps(stated))
    return project


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """What is the same for all scenarios."""
    return {}


@pytest.fixture(autouse=True)
def put_together_once(monkeypatch: pytest.MonkeyPatch, known: dict[str, Any]) -> None:
    """Templates are made once for each configuration, not for each command."""
    real = assembled.assembled

    def remembered(project: Any, estate: Any) -> Any:
        stated = (project.root / "configs/shop/visits/job.yaml").read_text()
        return known.get(stated) or known.setdefault(stated, real(project, estate))

    monkeypatch.setattr(assembled, "assembled", remembered)


@pytest.fixture
def states(project: Path, mesh: Command, accounts: Accounts, known: dict[str, Any]) -> dict[str, bytes]:
    """The accounts that a scenario begins with."""
    if "states" in known:
        return dict(known["states"])
    job, file = project / "configs/shop/visits/job.yaml", accounts.home / FILE
    found, now = known.setdefault("states", {NONE: b""}), job.read_text()
    for name, text in ((OLD, now), (NEW, now.replace('"retries": 0', '"retries": 3'))):
        job.write_text(text)
        assert mesh(*DEPLOY).code == 0
        accounts.client("s3", "shop").put_object(Bucket=LAKE, Key=DATA.partition("/")[2], Body=b"rows")
        found[name] = file.read_bytes()
        begin(accounts, found[NONE])
    job.write_text(now)
    return dict(found)


def begin(accounts: Accounts, state: bytes) -> None:
    """The account is as it was."""
    file = accounts.home / FILE
    file.unlink(missing_ok=True)
    if state:
        file.write_bytes(state)


def settle(accounts: Accounts) -> None:
    """CloudFormation has ended what it was at, with nobody looking."""
    client = accounts.client("cloudformation", "shop", "nobody")
    for stack in (f"{STACK}-base", STACK):
        try:
            while client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"].endswith(BUSY):
                client.describe_stack_events(StackName=stack)
        except client.exceptions.ClientError:
            continue


def kept(accounts: Accounts) -> dict[str, Any]:
    """What there is in the account in the end: stacks and their states, resources by their names, and objects."""
    if not (accounts.home / FILE).exists():
        return {}
    with sqlite3.connect(accounts.home / FILE) as sql:
        rows = sql.execute("SELECT kind, name, body FROM records ORDER BY kind, name").fetchall()
    found: dict[str, Any] = {}
    for kind, name, text in rows:
        body = json.loads(text)
        if kind == "cloudformation.stack":
            body = {"status": body["status"].removesuffix("_COMPLETE"), "resources": sorted(body["resources"])}
        elif not kind.startswith(KEPT) or "/deploys/" in name:
            continue
        found[f"{kind} {CHOSEN.sub('', name)}"] = body.get("status"), body.get("MaxRetries"), body.get("resources")
    return found


def calls(accounts: Accounts, mesh: Command, words: tuple[str, ...]) -> list[tuple[str, int]]:
    """The calls of a command as it ends well: the first two of each operation, and its last."""
    before = Counter(accounts.calls)
    done = mesh(*words)
    assert done.code == 0, done.err
    made = accounts.calls - before
    return [(name, at) for name, times in sorted(made.items()) for at in sorted({0, min(1, times - 1), times - 1})]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_command_ends_well_after_any_call_has_failed(
    scenario: str, mesh: Command, accounts: Accounts, states: dict[str, bytes]
) -> None:
    state, words = SCENARIOS[scenario]
    begin(accounts, states[state])
    points = [(*one, way) for one in calls(accounts, mesh, words) for way in WAYS if (one[0], way) not in SPARED]
    wanted = kept(accounts)
    assert len(points) > 50, points
    for call, at, way in points[list(SCENARIOS).index(scenario) :: STRIDE]:
        begin(accounts, states[state])
        error, phase, code = WAYS[way]
        accounts.fail(call, error, phase=phase, skip=at)  # type: ignore[arg-type]
        broken = mesh(*words)
        point = f"{scenario}: {way} at {call} {at}"
        assert (broken.code != 0, f"[{code}]" in broken.err, "Traceback" in broken.err) == (True, True, False), (
            point + broken.err
        )
        settle(accounts)
        if "--with-data" not in words and state != NONE:
            objects = accounts.client("s3", "shop").list_object_versions(Bucket=LAKE)["Versions"]
            assert [one["Key"] for one in objects] == [DATA.partition("/")[2]], point
        again = mesh(*words)
        assert again.code == 0, f"{point}: {again.err}"
        assert kept(accounts) == wanted, point
