"""Calls of AWS, recorded where botocore makes them, and what each of them asks IAM for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.client import BaseClient

from tests.security.deployed.mesh import HOME, RAW, REGION, WAREHOUSE

ACTIONS = yaml.safe_load(Path(__file__).with_name("actions.yaml").read_text())
TABLES_KEY = f"arn:aws:kms:{REGION}:{HOME}:key/11111111-1111-1111-1111-111111111111"
FOREIGN_KEY = f"arn:aws:kms:{REGION}:333333333333:key/33333333-3333-3333-3333-333333333333"


@dataclass(frozen=True)
class Call:
    """One question to IAM: an action, on a resource, in a context of condition keys."""

    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict, hash=False, compare=True)

    def __hash__(self) -> int:
        return hash((self.action, self.resource, repr(sorted(self.context.items()))))


@contextmanager
def recorded(found: list[tuple[str, str, dict[str, Any]]]) -> Iterator[None]:
    """Every call of any client in this block is noted: service, operation, parameters."""
    asked = BaseClient._make_api_call

    def noted(self: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        plain = {name: value for name, value in params.items() if name != "Body"}
        found.append((self.meta.service_model.service_name, operation, plain))
        return asked(self, operation, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", noted)
        yield


def calls(service: str, operation: str, params: dict[str, Any]) -> Iterator[Call]:
    """What the operation asks IAM for, by `actions.yaml`. Raises `KeyError` for an operation that it does not know."""
    for stated in ACTIONS[service][operation]:
        each = _each(params, stated["for"]) if "for" in stated else [params]
        for one in each:
            known = {**params, **one, "Catalog": params.get("CatalogId", HOME)}
            known |= {"Account": HOME, "Region": REGION, "operation": operation}
            context = {key: _filled(value, known) for key, value in stated.get("context", {}).items()}
            context |= {key: value for key, (name, value) in _PRESENT.items() if name in params and _is_write(stated)}
            for resource in stated["resource"]:
                yield Call(_filled(stated["action"], known), _filled(resource, known), context)


def keys(call: Call) -> Iterator[Call]:
    """What S3 asks KMS for on behalf of the call: buckets are encrypted, the one of the tables by our own key.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html: the context is the bucket.
    """
    action = {"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}.get(call.action)
    if action is None:
        return
    bucket = call.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    through = {
        "kms:ViaService": f"s3.{REGION}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
    }
    if bucket == WAREHOUSE:
        yield Call(action, TABLES_KEY, {**through, "kms:ResourceAliases": ["alias/test-prod-shop-tables"]})
    elif bucket == RAW:
        yield Call(action, FOREIGN_KEY, {**through, "kms:ResourceAliases": ["alias/of-others"]})


_PRESENT = {"s3:if-none-match": ("IfNoneMatch", "*")}


def _is_write(stated: dict[str, Any]) -> bool:
    return bool(stated["action"] == "s3:PutObject")


def _each(params: dict[str, Any], path: str) -> list[dict[str, Any]]:
    found: Any = params
    for part in path.split("."):
        found = found[part]
    return list(found) if isinstance(found, list) else [found]


def _filled(text: Any, known: dict[str, Any]) -> Any:
    """The text with `{Name}` replaced; `{Name|x}` is x where the call has no such parameter."""
    if not isinstance(text, str):
        return text

    def value(match: re.Match[str]) -> str:
        name, _, other = match[1].partition("|")
        return str(known[name] if name in known or not _ else other)

    return re.sub(r"\{([^}]+)\}", value, text)
