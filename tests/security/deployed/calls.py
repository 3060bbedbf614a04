"""Calls of AWS, recorded where botocore makes them, and what each of them asks IAM for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.client import BaseClient

from tests.security.deployed.mesh import HOME, RAW, REGION, WAREHOUSE

ACTIONS = yaml.safe_load(Path(__file__).with_name("actions.yaml").read_text())
LOAN = {"AccessKeyId": "ASIALENTLENTLENTLENT", "SecretAccessKey": "lent", "SessionToken": "lent"}
TABLES_KEY = f"arn:aws:kms:{REGION}:{HOME}:key/11111111-1111-1111-1111-111111111111"
FOREIGN_KEY = f"arn:aws:kms:{REGION}:333333333333:key/33333333-3333-3333-3333-333333333333"


Raw = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One question to IAM: an action, on a resource, in a context of condition keys."""

    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict, hash=False, compare=True)

    def __hash__(self) -> int:
        return hash((self.action, self.resource, repr(sorted(self.context.items()))))


@contextmanager
def recorded(found: list[Raw], lent: list[Raw] | None = None) -> Iterator[None]:
    """Every call of any client in this block is noted: service, operation, parameters.

    Lake Formation, which moto gives no credentials in, gives them for any table; what is called with these is noted in
    `lent`. A client that has an `account` is one of that account.
    """
    asked = BaseClient._make_api_call

    def noted(self: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        plain = {name: value for name, value in params.items() if name != "Body"}
        whose = vars(self).get("account", HOME)
        by_loan = self._get_credentials().access_key == LOAN["AccessKeyId"]
        kept = lent if by_loan and lent is not None else found
        kept.append((self.meta.service_model.service_name, operation, {**plain, "Account": whose}))
        if operation == "GetTemporaryGlueTableCredentials":
            return {**LOAN, "Expiration": datetime.now(UTC) + timedelta(hours=1)}
        return asked(self, operation, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", noted)
        yield


def calls(service: str, operation: str, params: dict[str, Any]) -> Iterator[Call]:
    """What the operation asks IAM for, by `actions.yaml`. Raises `KeyError` for an operation that it does not know."""
    known_ones = ACTIONS[service]
    for stated in known_ones[operation] if operation in known_ones else known_ones["any other"]:
        each = _each(params, stated["for"]) if "for" in stated else [params]
        for one in each:
            known = {**params, **one, "Catalog": params.get("CatalogId", params["Account"])}
            known |= {"Region": REGION, "operation": operation, "Stack": _stack(params)}
            known["Deleted"] = "DeleteObjectVersion" if "VersionId" in one else "DeleteObject"
            known |= {
                f"Tag{name}": value
                for tag in params.get("Tagging", {}).get("TagSet", ())
                for name, value in tag.items()
            }
            context = {filled(key, known): filled(value, known) for key, value in stated.get("context", {}).items()}
            context |= {key: value for key, (name, value) in _PRESENT.items() if name in params and _is_write(stated)}
            for resource in stated["resource"]:
                yield Call(filled(stated["action"], known), filled(resource, known), context)


def keys(call: Call) -> Iterator[Call]:
    """What S3 asks KMS for on behalf of the call: buckets are encrypted, the one of the tables by our own key.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html: the context is the bucket.
    """
    action = {"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}.get(call.action)
    if action is None:
        return
    bucket = call.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    artifacts = re.fullmatch(r"(.*)-(\d{12})-artifacts", bucket)
    through = {
        "kms:ViaService": f"s3.{REGION}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
    }
    if bucket == WAREHOUSE:
        yield Call(action, TABLES_KEY, {**through, "kms:ResourceAliases": ["alias/test-prod-shop-tables"]})
    elif artifacts:
        key = f"arn:aws:kms:{REGION}:{artifacts[2]}:key/44444444-4444-4444-4444-444444444444"
        yield Call(action, key, {**through, "kms:ResourceAliases": [f"alias/{artifacts[1]}"]})
    elif bucket == RAW:
        yield Call(action, FOREIGN_KEY, {**through, "kms:ResourceAliases": ["alias/of-others"]})


def _stack(params: dict[str, Any]) -> str:
    """The stack that a call of CloudFormation is about, or its change set, as an ARN."""
    name = str(params.get("StackName") or params.get("ChangeSetName", ""))
    return name if name.startswith("arn:") else f"arn:aws:cloudformation:{REGION}:{HOME}:stack/{name}/1"


_PRESENT = {"s3:if-none-match": ("IfNoneMatch", "*")}


def _is_write(stated: dict[str, Any]) -> bool:
    return bool(stated["action"] == "s3:PutObject")


def _each(params: dict[str, Any], path: str) -> list[dict[str, Any]]:
    found: Any = params
    for part in path.split("."):
        found = found[part]
    return list(found) if isinstance(found, list) else [found]


def filled(text: Any, known: dict[str, Any]) -> Any:
    """The text with `{Name}` replaced; `{Name|x}` is x where the call has no such parameter."""
    if not isinstance(text, str):
        return text

    def value(match: re.Match[str]) -> str:
        name, _, other = match[1].partition("|")
        return str(known[name] if name in known or not _ else other)

    return re.sub(r"\{([^}]+)\}", value, text)
