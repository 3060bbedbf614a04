"""What the things of a deployment are called: by mesh, environment and unit, so that each name says whose it is."""

from __future__ import annotations

import hashlib
import re

ROLE = 64  # IAM's limit for the name of a role
STACK = 128
BUCKET = 63
RULE = 64  # EventBridge's limit for the name of a rule
FLOW_NAME = 80  # that of Step Functions for a state machine

ATTEMPT = "_attempt_"  # Glue calls a run by which it tries again after the first, with this and a number behind

# What the artifacts bucket has, by the first part of a key; of the first, age alone removes nothing.
PACKAGES, TEMPORARY, EVENT_LOGS = "mesh_etl/", "temporary/", "spark-logs/"
RETIRED = {"Key": "mesh_etl", "Value": "retired"}  # the tag of a package that no deploy needs any more
# The purposes of a unit's roles beside its jobs': of crawlers, of rules that start something, of its state machine.
CRAWLERS, STARTS, FLOW = "crawlers", "starts", "flow"


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


def boundary(stack: str) -> str:
    """The policy that bounds every role of the stack, `mesh-boundary-demo-prod-sales`.

    It is not called after the stack, as the policies are that whoever deploys may change.
    """
    return f"mesh-boundary-{stack}"


def bucket(stack: str, account: str, purpose: str) -> str:
    """The bucket of a purpose, such as `demo-prod-sales-222222222222-artifacts`: no other account can have its name."""
    tail = f"-{account}-{purpose}"
    return fitted(stack.lower(), BUCKET - len(tail)).strip("-") + tail


def alias(stack: str) -> str:
    """The alias of the unit's key, which encrypts its packages, logs, bookmarks and alarms: `alias/demo-prod-sales`."""
    return f"alias/{stack}"


def tables(stack: str) -> str:
    """What the key of its tables is called after, beside the alias: `demo-prod-sales-tables`."""
    return f"{stack}-tables"


def security(stack: str) -> str:
    """The security configuration of Glue that its jobs and crawlers have."""
    return stack


def logs(stack: str) -> str:
    """What the names of its jobs' log groups begin with: `--custom-logGroup-prefix` of each job."""
    return f"/aws-glue/jobs/{stack}"


def crawler_logs(stack: str) -> str:
    """What the names of the log groups of its crawlers begin with."""
    return f"/aws-glue/crawlers-role/{stack}"


def crawled(stack: str) -> str:
    """The database of what crawlers find at the sources: `demo_prod_sales_crawled`."""
    return f"{stack}-crawled".replace("-", "_").lower()


def flow(stack: str, product: str, kind: str = "") -> str:
    """The state machine that begins with the product, `demo-prod-sales-orders`, or the workflow of a kind of start."""
    return fitted(job(stack, product.rpartition(".")[2], kind), FLOW_NAME)


def rule(stack: str, what: str, purpose: str) -> str:
    """A rule of EventBridge, such as `demo-prod-sales-orders-failed`; `what` is empty for all."""
    return fitted(job(stack, what, purpose), RULE)


def topic(stack: str) -> str:
    """The topic that hears of what is wrong: `demo-prod-sales-alarms`."""
    return f"{stack}-alarms"


def fitted(name: str, limit: int) -> str:
    """`name`, or where it is longer than `limit` its beginning and a digest of the whole."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: limit - 9].rstrip('-')}-{digest}"


def _dashed(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
