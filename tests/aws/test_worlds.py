"""Worlds: one client per service, secrets by reference, and locations as the catalogue records them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from mesh_etl import worlds
from mesh_etl.config.env import AwsWorld, Env, LocalWorld
from mesh_etl.config.governance.identity import Identity
from mesh_etl.errors import PlanError, RunError
from mesh_etl.storage.s3 import S3Storage
from mesh_etl.worlds.refusals import explained

ACCOUNT = "123456789012"


@pytest.fixture
def local(tmp_path: Path) -> worlds.World:
    return worlds.open(Env(world=LocalWorld(type="local", home=".mesh")), tmp_path)


def account(number: str = ACCOUNT, profile: str | None = None) -> Env:
    return Env(world=AwsWorld(type="aws", region="eu-west-1", account=number, profile=profile))


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[worlds.World]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield worlds.open(account(), tmp_path)


def test_the_laptop_has_one_glue_client_and_no_service_that_nobody_made(local: worlds.World, tmp_path: Path) -> None:
    glue = local.client("glue")
    assert local.client("glue") is glue
    glue.create_database(DatabaseInput={"Name": "sales"})
    assert (tmp_path / ".mesh" / "aws.sqlite").exists()
    with pytest.raises(RunError, match="does not implement ec2") as caught:
        local.client("ec2")
    assert caught.value.code == "SERVICE_MISSING"


def test_zeros_for_an_account_are_told_before_anybody_signs_in(tmp_path: Path) -> None:
    unset, elsewhere = "0" * 12, Identity("0" * 12, "mesh-governor")
    for number, identity in ((unset, None), (ACCOUNT, elsewhere)):
        with pytest.raises(RunError) as caught:
            worlds.open(account(number), tmp_path).client("glue", identity)
        assert caught.value.code == "PLACEHOLDER_ACCOUNT"
    with pytest.raises(RunError) as caught:
        S3Storage(bucket_owner=unset).read("s3://shop-000000000000-shop/x")
    assert caught.value.code == "PLACEHOLDER_ACCOUNT"


def test_opening_a_world_touches_nothing(local: worlds.World, tmp_path: Path) -> None:
    assert (local.name, local.home) == ("local", tmp_path / ".mesh")
    assert list(tmp_path.iterdir()) == []


def test_the_laptop_reads_secrets_from_the_environment(local: worlds.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASK_KEY", "s3cr3t")
    assert local.secret("env:MASK_KEY") == "s3cr3t"
    monkeypatch.setenv("MASK_KEY", "")
    with pytest.raises(RunError, match="MASK_KEY is empty"):
        local.secret("env:MASK_KEY")
    monkeypatch.delenv("MASK_KEY")
    with pytest.raises(RunError, match=r"MASK_KEY is not set; export MASK_KEY") as caught:
        local.secret("env:MASK_KEY")
    assert caught.value.code == "SECRET_MISSING"
    with pytest.raises(RunError) as caught:
        local.secret("ssm:/mask/key")
    assert caught.value.code == "SECRET_UNREACHABLE"


def test_the_laptop_s_locations_are_absolute_urls(local: worlds.World, tmp_path: Path) -> None:
    assert local.location("warehouse/sales") == (tmp_path / "warehouse/sales").as_uri()
    assert local.location(tmp_path / "a b") == f"file://{tmp_path}/a b"
    assert local.location("s3://bucket/x") == "s3://bucket/x"


def test_an_account_has_clients_of_its_region(aws: worlds.World) -> None:
    glue = aws.client("glue")
    assert aws.client("glue") is glue
    assert glue.meta.region_name == "eu-west-1"
    assert glue.meta.config.retries == {"mode": "standard", "total_max_attempts": 8}


def test_tokens_come_from_the_region_s_own_sts(aws: worlds.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")  # the default of boto3 before 1.40
    assert aws.client("sts").meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"


def test_an_account_reads_secrets_from_its_stores(aws: worlds.World, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("ssm", "eu-west-1").put_parameter(Name="/mask/key", Value="one", Type="SecureString")
    boto3.client("secretsmanager", "eu-west-1").create_secret(Name="mask", SecretString="two")
    boto3.client("secretsmanager", "eu-west-1").create_secret(Name="binary", SecretBinary=b"three")
    monkeypatch.setenv("MASK_KEY", "four")
    assert aws.secret("ssm:/mask/key") == "one"
    assert aws.secret("secretsmanager:mask") == "two"
    assert aws.secret("env:MASK_KEY") == "four"
    for ref, code in {
        "ssm:/other": "SECRET_MISSING",
        "secretsmanager:other": "SECRET_MISSING",
        "secretsmanager:binary": "SECRET_UNREACHABLE",
        "vault:x": "SECRET_UNREACHABLE",
    }.items():
        with pytest.raises(RunError, match=ref) as caught:
            aws.secret(ref)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("code", "retryable", "fix"),
    [
        ("AccessDeniedException", False, "let the role that works here read it"),
        ("ThrottlingException", True, "run again"),
    ],
)
def test_a_secret_that_is_refused_says_what_to_do(aws: worlds.World, code: str, retryable: bool, fix: str) -> None:
    refusal = SimpleNamespace(status_code=400), {"Error": {"Code": code}}
    aws.client("ssm").meta.events.register_first("before-call.ssm.GetParameter", lambda **_: refusal)
    with pytest.raises(RunError, match=f"ssm answered {code}; {fix}") as caught:
        aws.secret("ssm:/mask/key")
    assert (caught.value.code, caught.value.retryable) == ("SECRET_UNREACHABLE", retryable)


def test_what_aws_does_not_take_is_told_by_its_name_and_not_by_its_value(aws: worlds.World) -> None:
    ssm, said = aws.client("ssm"), "ssm:GetParameter was not sent: Name is not as AWS takes it; mend"
    with pytest.raises(RunError, match=said) as caught, explained("ssm:GetParameter"):
        ssm.get_parameter(Name=["lucy@example.com"])
    assert caught.value.code == "AWS_REFUSED"
    assert "lucy" not in str(caught.value)


def test_credentials_of_another_account_are_noticed(aws: worlds.World, tmp_path: Path) -> None:
    other = worlds.open(account("999999999999"), tmp_path)
    with pytest.raises(RunError, match="those of account 123456789012") as caught:
        other.client("glue")
    assert caught.value.code == "AWS_ACCOUNT"


def test_a_profile_that_is_not_there_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(RunError, match="ProfileNotFound") as caught:
        worlds.open(account(profile="absent"), tmp_path).client("glue")
    assert caught.value.code == "AWS_CREDENTIALS"


def test_a_region_where_nobody_answers_is_no_fault_of_the_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mesh_etl.worlds import aws

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")  # a port where nobody listens
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    with pytest.raises(RunError, match="region eu-west-1: sts:GetCallerIdentity was not answered") as caught:
        worlds.open(account(), tmp_path).client("glue")
    assert (caught.value.code, caught.value.retryable) == ("AWS_UNREACHABLE", True)


def test_an_account_s_tables_are_in_s3(aws: worlds.World) -> None:
    assert aws.location("s3://bucket/sales") == "s3://bucket/sales"
    with pytest.raises(PlanError) as caught:
        aws.location("warehouse/sales")
    assert caught.value.code == "LOCATION_NOT_S3"


def test_a_missing_boto3_is_a_line_with_the_fix(local: worlds.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh_etl.worlds.local.find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"pip install 'mesh_etl\[aws\]' \[AWS_MISSING\]"):
        local.client("glue")
