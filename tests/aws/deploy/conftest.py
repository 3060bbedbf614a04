"""An account with CloudFormation, and the templates of a small unit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from mesh_etl.deploy.stacks import pace
from mesh_etl.deploy.stacks.deployment import Account, Told
from mesh_etl.deploy.stacks.wanted import Parcel, Wanted
from mesh_etl.testing.accounts import Accounts, aws

SHOP, REGION = "222222222222", "eu-central-1"
BUCKET = f"demo-prod-shop-{SHOP}-artifacts"
ADDRESS = f"https://{BUCKET}.s3.{REGION}.amazonaws.com/"
Made = Callable[..., Wanted]


def parcel(name: str, data: bytes) -> Parcel:
    digest = hashlib.sha256(data).hexdigest()
    return Parcel(name, f"mesh_etl/{digest}/{name}", digest, len(data), lambda: data)


def job(name: str, **properties: Any) -> dict[str, Any]:
    stated = {"Name": f"demo-prod-shop--{name}-run", "Role": "jobs", "Command": {"Name": "glueetl"}}
    return {"Type": "AWS::Glue::Job", "Properties": {**stated, **properties}}


def bucket(name: str) -> dict[str, Any]:
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return {"Type": "AWS::S3::Bucket", **kept, "Properties": {"BucketName": name}}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits: the embedded services go on whenever they are asked."""
    monkeypatch.setattr(pace, "FIRST", 0.0)
    monkeypatch.setattr(pace, "LONGEST", 0.0)


@pytest.fixture
def world() -> Iterator[Accounts]:
    with aws({"shop": SHOP}, region=REGION) as made:
        yield made


@pytest.fixture
def account(world: Accounts) -> Account:
    return Account(*(world.client(one, "shop", "mesh-deployer") for one in ("cloudformation", "s3", "kms")))


@pytest.fixture
def made() -> Made:
    """A function that makes what is wanted of nested stacks, each a mapping of resources by logical id."""

    def make(**stacks: Mapping[str, Any]) -> Wanted:
        nested = {name: parcel(f"{name}.json", json.dumps({"Resources": one}).encode()) for name, one in stacks.items()}
        root = {
            name.title(): {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": ADDRESS + one.key}}
            for name, one in nested.items()
        }
        base = json.dumps({"Resources": {"Artifacts": bucket(BUCKET)}})
        whole = parcel("root.json", json.dumps({"Resources": root}).encode())
        files = (parcel("mesh_etl-1.0-py3-none-any.whl", b"library"),)
        tags = {"mesh": "demo", "environment": "prod"}
        inner, found = tuple(nested.values()), {name.title(): one for name, one in stacks.items()}
        return Wanted("shop", "demo-prod-shop", SHOP, REGION, BUCKET, base, whole, inner, files, tags, found, {})

    return make


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def told(heard: list[str]) -> Told:
    return Told(
        lambda one: heard.append(f"sent {one.name}"),
        lambda event: heard.append(f"{event.logical} {event.status}"),
    )
