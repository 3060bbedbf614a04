"""Roles as CloudFormation makes them, with their policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.synth.access.sized import sized
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource, logical, ref
from mesh_etl.govern.policies.documents import Document, Statement, document, trusted

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate


def role(
    estate: Estate, what: str, name: str, trust: Document, statements: Sequence[Statement], does: str
) -> dict[str, Resource]:
    """The role with its policies and its boundary, by logical id; `name` may have a path.

    Raises `ConfigError` ROLE_TOO_LARGE.
    """
    policies = {
        logical(what, "policy", str(number)): Resource(
            "AWS::IAM::ManagedPolicy", {"PolicyDocument": one, "Description": f"{estate.stack}: {what}"}
        )
        for number, one in enumerate(sized(name, statements), start=1)
    }
    path, _, plain = name.rpartition("/")
    properties: dict[str, Any] = {
        "RoleName": plain,
        "Path": f"/{path}/" if path else "/",
        "Description": does,
        "AssumeRolePolicyDocument": trust,
        "PermissionsBoundary": estate.boundary,
        "ManagedPolicyArns": [ref(one) for one in policies],
        "Tags": tag_list(estate),
    }
    return {logical(what, "role"): Resource("AWS::IAM::Role", properties), **policies}


def taken_by(estate: Estate, service: str, things: Sequence[str]) -> Document:
    """The trust of a role that a service takes for these things of the account, by ARN, and for no others.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    when: Mapping[str, Mapping[str, str | Sequence[str]]] = {
        "StringEquals": {"aws:SourceAccount": estate.account.id},
        "ArnLike": {"aws:SourceArn": sorted(things)},
    }
    return document([trusted("Service", {"Service": service}, ["sts:AssumeRole"], when)])
