"""What the things of a deployment are called: by mesh, environment and unit, so that each name says whose it is."""

from __future__ import annotations

import hashlib
import re

ROLE = 64  # IAM's limit for the name of a role
STACK = 128
BUCKET = 63


def stack(mesh: str, env: str, unit: str) -> str:
    """The stack of a unit, such as `demo-prod-sales`: letters, digits and hyphens, beginning with a letter."""
    name = _dashed(f"{mesh}-{env}-{unit}")
    return fitted(name if name[:1].isalpha() else f"m-{name}", STACK)


def job(stack: str, what: str, task: str) -> str:
    """The Glue job of a task: `demo-prod-sales-orders-run` for the product `orders`; `what` is empty for all."""
    return "-".join(part for part in (stack, _dashed(what), task) if part)


def role(stack: str, purpose: str) -> str:
    """The role of a purpose, such as `demo-prod-sales-jobs`."""
    return fitted(f"{stack}-{purpose}", ROLE)


def bucket(stack: str, account: str, purpose: str) -> str:
    """The bucket of a purpose, such as `demo-prod-sales-222222222222-artifacts`: no other account can have its name."""
    tail = f"-{account}-{purpose}"
    return fitted(stack.lower(), BUCKET - len(tail)).strip("-") + tail


def fitted(name: str, limit: int) -> str:
    """`name`, or where it is longer than `limit` its beginning and a digest of the whole."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: limit - 9].rstrip('-')}-{digest}"


def _dashed(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
