from __future__ import annotations

import pytest
from pydantic import ValidationError

from mesh_etl.config.secret import SecretRef, plain_secrets
from mesh_etl.config.yaml import parse

# Put together here, so that no scanner takes this file for a leak.
KEY_ID = "AKIA" + "A1B2C3D4E5F6G7H8"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (KEY_ID, "an AWS access key"),
        (f"key {KEY_ID.replace('AKIA', 'ASIA')}.", "an AWS access key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("jdbc:postgresql://h/db?user=u&password=hunter2", "a password"),
        ("Server=h;PASSWD=hunter2", "a password"),
        ("https://h/?secret=hunter2", "a password"),
        ("postgres://user:hunter2@host/db", "a password"),
    ],
)
def test_plain_secret_is_told_without_its_text(text: str, name: str) -> None:
    faults = plain_secrets(parse(f"a:\n  - b: '{text}'\n", "job.yaml"))
    assert [str(fault) for fault in faults] == [
        f"job.yaml:2:8: a[0].b: holds what looks like {name}; "
        "keep it outside and refer to it: {secret: env:NAME} [SECRET_IN_CONFIG]"
    ]


@pytest.mark.parametrize(
    "text",
    ["secret = ''x''", "password=''x''", "s3://bucket/secret/x", "http://h:80/x@y", "env:NAME", "XAKIA" + "A" * 20],
)
def test_other_text_is_not_a_secret(text: str) -> None:
    assert plain_secrets(parse(f"a: '{text}'", "job.yaml")) == []


@pytest.mark.parametrize("ref", ["env:KEY", "ssm:/mesh/key", "secretsmanager:mesh/key"])
def test_reference_is_accepted(ref: str) -> None:
    assert SecretRef(secret=ref).secret == ref


@pytest.mark.parametrize("ref", ["hunter2", "env:", "vault:x"])
def test_anything_else_is_refused(ref: str) -> None:
    with pytest.raises(ValidationError):
        SecretRef(secret=ref)
