"""The requests of deploy and operation over HTTP, to moto's server, each held to AWS's own model.

botocore leaves enums, patterns and lengths to the service, and moto does not look at them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.config.env import AwsWorld, Env
from mesh_etl.config.governance.identity import Identity
from mesh_etl.deploy.stacks import deployment
from mesh_etl.deploy.stacks.change_set import discard
from mesh_etl.deploy.stacks.deployment import Account, Told
from mesh_etl.deploy.stacks.retired import retired, unused
from mesh_etl.deploy.stacks.standing import standing
from mesh_etl.embedded_aws.validation import violations
from mesh_etl.errors import MeshError
from mesh_etl.operate.runs import runs
from mesh_etl.operate.start import started

from .conftest import REGION, Made, bucket, job

SIGNED_IN = "123456789012"
DEPLOYER = Identity("222222222222", "mesh-deployer", REGION, external_id="our-mesh")


@pytest.fixture
def asked(s3: Any, s3_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_environment["AWS_ENDPOINT_URL_S3"])
    return []


@pytest.fixture
def world(asked: list[str], tmp_path: Path) -> worlds.World:
    """A world in moto's server, whose requests must be as AWS's model has them; `asked` has the names of all."""
    opened = worlds.open(Env(world=AwsWorld(type="aws", region=REGION, account=SIGNED_IN)), tmp_path)

    def strict(params: dict[str, Any], model: Any, **_: Any) -> None:
        plain = {name: value for name, value in params.items() if not hasattr(value, "read")}
        assert violations(model.input_shape, plain) == [], model.name
        asked.append(model.name)

    for service in ("cloudformation", "s3", "kms", "glue", "logs"):
        opened.client(service, DEPLOYER).meta.events.register_first(f"before-parameter-build.{service}", strict)
    return opened


@pytest.fixture
def account(world: worlds.World) -> Account:
    return deployment.entered(world, DEPLOYER)


def test_a_deploy_and_a_run_by_requests_that_aws_s_model_takes(
    account: Account, made: Made, told: Told, world: worlds.World, asked: list[str]
) -> None:
    wanted = made(storage={"Lake": bucket("lake-of-the-shop")}, jobs={"Visits": job("visits")})
    assert deployment.ready(account, wanted, "prod") is None
    base = deployment.base_proposed(account, wanted)
    assert base is not None
    account.cloudformation.execute_change_set(ChangeSetName=base.id)  # moto's events bear no token to follow
    assert len(deployment.sent(account, wanted, told)) == 4
    assert deployment.sent(account, wanted, told) == ()
    proposal = deployment.root_proposed(account, wanted)
    assert proposal is not None
    discard(account.cloudformation, proposal)  # moto executes none with nested stacks
    glue = world.client("glue", DEPLOYER)
    command = {"Name": "glueetl", "ScriptLocation": "s3://b/run.py"}
    glue.create_job(Name="demo-prod-shop--visits-run", Role="arn:aws:iam::222222222222:role/jobs", Command=command)
    run = started(glue, "demo-prod-shop--visits-run", {"--date": "2026-11-20"})
    assert [one.id for one in runs(glue, "demo-prod-shop--visits-run", 5)] == [run]
    assert {"CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet", "PutObject", "HeadObject"} <= set(asked)


def test_an_object_of_the_bucket_is_created_once_and_checked(account: Account, made: Made, told: Told) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    account.s3.create_bucket(Bucket=wanted.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    deployment.sent(account, wanted, told)
    body = account.s3.get_object(Bucket=wanted.bucket, Key=wanted.root.key)["Body"].read()
    assert body == wanted.root.content()
    json.loads(body)
    for other in (b"{}", b" " * len(body)):  # one of its size has another checksum, or none of the kind that ours have
        account.s3.put_object(Bucket=wanted.bucket, Key=wanted.root.key, Body=other, ChecksumAlgorithm="CRC32")
        with pytest.raises(MeshError, match="ARTIFACT_DAMAGED"):
            deployment.sent(account, wanted, told)


def test_what_nobody_needs_is_found_and_marked_by_its_version(
    account: Account, made: Made, told: Told, asked: list[str]
) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    account.s3.create_bucket(Bucket=wanted.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    account.s3.put_bucket_versioning(Bucket=wanted.bucket, VersioningConfiguration={"Status": "Enabled"})
    deployment.sent(account, wanted, told)
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": wanted.nested[0].key}}  # moto nests no stacks
    account.cloudformation.create_stack(
        StackName=wanted.stack, TemplateBody=json.dumps({"Resources": {"Topic": topic}})
    )
    old = f"mesh_etl/{'0' * 64}/run.py"
    account.s3.put_object(Bucket=wanted.bucket, Key=old, Body=b"")
    found = unused(account, wanted, datetime.now(UTC) + timedelta(days=31))
    assert [one.key for one in found] == [old]
    retired(account, wanted, found)
    tags = account.s3.get_object_tagging(Bucket=wanted.bucket, Key=old)["TagSet"]
    assert tags == [{"Key": "mesh_etl", "Value": "retired"}]
    account.s3.put_object(Bucket=wanted.bucket, Key=old, Body=b"")  # sent anew, it is not marked
    assert account.s3.get_object_tagging(Bucket=wanted.bucket, Key=old)["TagSet"] == []
    assert {"ListObjectsV2", "HeadObject", "PutObjectTagging"} <= set(asked)


@pytest.mark.parametrize(
    ("code", "status", "found"),
    [("Throttling", 400, "AWS_BUSY"), ("ExpiredToken", 403, "AWS_EXPIRED"), ("AccessDenied", 403, "AWS_DENIED")],
)
def test_what_the_wire_refuses_is_an_error_with_a_code(
    account: Account, monkeypatch: pytest.MonkeyPatch, code: str, status: int, found: str
) -> None:
    from botocore.awsrequest import AWSResponse

    monkeypatch.setattr("time.sleep", lambda seconds: None)  # botocore's, between its attempts
    tries: list[str] = []
    words = "User: arn:aws:iam::222222222222:user/x is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-central-1:222222222222:stack/demo/*"  # noqa: E501

    class Raw:
        def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{words}</Message></Error>"
            yield f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>".encode()

    def refuse(request: Any, **_: Any) -> AWSResponse:
        tries.append(request.url)
        return AWSResponse(request.url, status, {}, Raw())

    account.cloudformation.meta.events.register_first("before-send.cloudformation", refuse)
    with pytest.raises(MeshError) as caught:
        standing(account.cloudformation, "demo-prod-shop")
    assert caught.value.code == found
    assert caught.value.faults[0].where == "demo-prod-shop"
    assert len(tries) == (8 if found == "AWS_BUSY" else 1)
    if found == "AWS_DENIED":
        assert "cloudformation:DescribeStacks on arn:aws:cloudformation" in caught.value.faults[0].problem
