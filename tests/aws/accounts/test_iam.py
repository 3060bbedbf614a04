"""Managed policies as IAM keeps them: versions, of which one holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mesh_etl.testing.accounts import aws

ARN = "arn:aws:iam::111111111111:policy/teams/bounds"


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [action], "Resource": ["*"]}]}


def test_a_version_holds_once_it_is_said_so_and_five_are_kept() -> None:
    with aws({"ours": "111111111111"}) as accounts:
        iam = accounts.client("iam", "ours")
        made = iam.create_policy(PolicyName="bounds", Path="/teams/", PolicyDocument=json.dumps(document("s3:*")))
        assert (made["Policy"]["Arn"], made["Policy"]["Path"]) == (ARN, "/teams/")
        versions = []
        for number in range(4):
            text = json.dumps(document(f"s3:{number}"))
            added = iam.create_policy_version(PolicyArn=ARN, PolicyDocument=text, SetAsDefault=number == 1)
            versions.append(added["PolicyVersion"]["VersionId"])
        elsewhere = accounts.client("iam", "ours", region="us-west-2")
        default = elsewhere.get_policy(PolicyArn=ARN)["Policy"]["DefaultVersionId"]
        assert (versions, default) == (["v2", "v3", "v4", "v5"], "v3")
        found = elsewhere.get_policy_version(PolicyArn=ARN, VersionId=default)["PolicyVersion"]
        assert (found["Document"], found["IsDefaultVersion"]) == (document("s3:1"), True)
        with pytest.raises(iam.exceptions.LimitExceededException):
            iam.create_policy_version(PolicyArn=ARN, PolicyDocument=text)


def test_what_is_not_there_taken_or_no_document_is_refused() -> None:
    with aws({"ours": "111111111111"}) as accounts:
        iam = accounts.client("iam", "ours")
        iam.create_policy(PolicyName="bounds", Path="/teams/", PolicyDocument="{}")
        for name, error in (("other", "MalformedPolicyDocument"), ("Bounds", "EntityAlreadyExists")):
            with pytest.raises(iam.exceptions.ClientError) as caught:
                iam.create_policy(PolicyName=name, PolicyDocument="{" if name == "other" else "{}")
            assert caught.value.response["Error"]["Code"] == error
        for asked in ({"PolicyArn": f"{ARN}-2", "VersionId": "v1"}, {"PolicyArn": ARN, "VersionId": "v2"}):
            with pytest.raises(iam.exceptions.NoSuchEntityException):
                iam.get_policy_version(**asked)
