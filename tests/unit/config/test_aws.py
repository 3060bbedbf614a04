"""Accounts, regions and topics are spelled as AWS spells them, in ASCII."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from mesh_etl.config.aws import AccountId, Region, TopicArn

ARABIC = "١٢٣٤٥٦٧٨٩٠١٢"  # digits, and those of no account


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (AccountId, "123456789012"),
        (Region, "eu-west-1"),
        (Region, "us-gov-east-1"),
        (TopicArn, "arn:aws:sns:eu-west-1:123456789012:alarms"),
    ],
)
def test_what_aws_says_is_taken(kind: object, text: str) -> None:
    assert TypeAdapter(kind).validate_python(text) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (AccountId, ARABIC),
        (AccountId, "123456789012\n"),
        (AccountId, "12345678901"),
        (Region, "eu-west-\u0661"),
        (Region, "eu-west-1\n"),
        (Region, "Ireland"),
        (TopicArn, f"arn:aws:sns:eu-west-1:{ARABIC}:alarms"),
    ],
)
def test_what_only_looks_so_is_not(kind: object, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)
