"""Keys of KMS: who may use one for what, by the role that asks and not by the account alone.

A role that a stack makes later cannot stand in a key's policy as its principal, for KMS looks whether it is there. So
the principal is the account, and a condition names the roles; each of them needs the right in its own policy as well.
Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.synth.template import Resource, ref, retained
from mesh_etl.govern.policies.documents import Conditions, Statement, allow, document, given

if TYPE_CHECKING:
    from mesh_etl.config.governance.accounts import Account

# What keeps a key, and shows nothing that it encrypts.
ADMINISTER = [
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:EnableKey",
    "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListKeyPolicies",
    "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
    "kms:UpdateAlias", "kms:UpdateKeyDescription",
]  # fmt: skip
READ = ["kms:Decrypt"]
WRITE = [*READ, "kms:GenerateDataKey"]
BOOKMARKS = [*WRITE, "kms:Encrypt"]  # Glue encrypts bookmarks and logs itself, not through S3
ROTATION_DAYS = 365


def key(description: str, statements: Sequence[Statement], account: str, tags: list[dict[str, str]]) -> Resource:
    """The key: it turns every year, and stays when its stack goes, for what it encrypted could not be read again."""
    administer = allow("Administer", ADMINISTER, ["*"])  # the key itself: its policy knows no other
    return retained(
        "AWS::KMS::Key",
        {
            "Description": description,
            "EnableKeyRotation": True,
            "RotationPeriodInDays": ROTATION_DAYS,
            "PendingWindowInDays": 30,
            "KeyPolicy": document([given({"AWS": root(account)}, administer), *statements]),
            "Tags": tags,
        },
    )


def alias(name: str, of: str) -> Resource:
    """The name by which others call the key, which has the logical id `of`."""
    return retained("AWS::KMS::Alias", {"AliasName": name, "TargetKeyId": ref(of)})


def used(sid: str, account: str, roles: Sequence[str], actions: Sequence[str], through: str | None = None) -> Statement:
    """What these roles of the account, by ARN, may do with the key; `through` is the service that asks for them.

    Without roles it is whoever has the right in a policy of their own.
    """
    when: dict[str, Mapping[str, Any]] = {"ArnEquals": {"aws:PrincipalArn": list(roles)}} if roles else {}
    if through is not None:
        when["StringEquals"] = {"kms:ViaService": through}
    return given({"AWS": root(account)}, allow(sid, actions, ["*"], when))


def served(sid: str, services: Sequence[str], actions: Sequence[str], when: Conditions) -> Statement:
    """What services of AWS may do with the key, for the things that the conditions name."""
    return given({"Service": services}, allow(sid, actions, ["*"], when))


def named(sid: str, actions: Sequence[str], account: Account, aliases: Sequence[str]) -> Statement:
    """The right to the account's keys by their aliases, as a role's own policy states it: they are no resource there.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    any_of = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": list(aliases)}}
    return allow(sid, actions, [account.arn("kms", "key/*")], any_of)


def root(account: str) -> str:
    """The account as a principal."""
    return f"arn:aws:iam::{account}:root"
