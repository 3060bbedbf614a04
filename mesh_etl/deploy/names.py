"""What the things of a deployment are called: by mesh, environment and unit, so that each name says whose it is.

What comes and goes with products begins with the stack's name and two hyphens, which stand in no name of a stack. So
rights on what begins so are for no other stack, whatever that one is called: `demo-prod-sales--*` leaves out what
`demo-prod-sales-eu` has. What CloudFormation names itself goes on with the logical id of a nested stack, in capitals.
All else has names of its own, in full.
"""

from __future__ import annotations

import hashlib
import re

from mesh_etl.config.product_name import table_of

ROLE = 64  # IAM's limit for the name of a role
STACK = 128
BUCKET = 63
RULE = 64  # EventBridge's limit for the name of a rule
FLOW_NAME = 80  # that of Step Functions for a state machine

INSIDE = "--"
# Nested stacks by their logical ids, `?` for one digit: after these CloudFormation calls what they make.
ACCESS = "AccessStack"  # it has the roles
NESTED = (ACCESS, "Flow?Stack", "Jobs?Stack", "StorageStack", "Watch?Stack")
ATTEMPT = "_attempt_"  # Glue calls a run by which it tries again after the first, with this and a number behind

# What the artifacts bucket has, by the first part of a key; of the first, age alone removes nothing.
PACKAGES, TEMPORARY, EVENT_LOGS = "mesh_etl/", "temporary/", "spark-logs/"
OWNER = ("mesh", "environment", "domain")  # the tags that say whose something is
RETIRED = {"Key": "mesh_etl", "Value": "retired"}  # the tag of a package that no deploy needs any more
# The purposes of a unit's roles beside its jobs': of crawlers, of rules that start something, of its state machine.
CRAWLERS, STARTS, FLOW = "crawlers", "starts", "flow"


def stack(mesh: str, env: str, unit: str) -> str:
    """The stack of a unit, such as `demo-prod-sales`: letters, digits and hyphens, beginning with a letter."""
    name = _dashed(f"{mesh}-{env}-{unit}")
    return fitted(name if name[:1].isalpha() else f"m-{name}", STACK)


def base(stack: str) -> str:
    """The stack that comes first: `demo-prod-sales-base`."""
    return f"{stack}-base"


def inside(stack: str) -> str:
    """What all of the stack begins with that comes and goes with products: `demo-prod-sales--`."""
    return f"{stack}{INSIDE}"


def nested(stack: str, which: str) -> str:
    """What CloudFormation calls a nested stack, and the policies that it makes, as a pattern of IAM."""
    return f"{stack}-{which}-*"


def job(stack: str, what: str, task: str) -> str:
    """The Glue job of a task: `demo-prod-sales--orders-run` for the product `orders`; `what` is empty for all."""
    return inside(stack) + "-".join(part for part in (_dashed(what), task) if part)


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


def encrypted(stack: str) -> str:
    """What Glue calls log groups by that have the security configuration, after `/aws-glue/jobs/`."""
    return f"{security(stack)}-role"


def logs(stack: str) -> str:
    """What the names of its jobs' log groups begin with: `--custom-logGroup-prefix` of each job."""
    return f"/aws-glue/jobs/{stack}"


def crawler_logs(stack: str) -> str:
    """The log group of its crawlers: Glue names it after their role and the security configuration.

    Source: https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html
    """
    return f"/aws-glue/crawlers-role/{role(stack, CRAWLERS)}-{security(stack)}"


def crawled(stack: str) -> str:
    """The database of what crawlers find at the sources: `demo_prod_sales_crawled`."""
    return f"{stack}-crawled".replace("-", "_").lower()


def flow(stack: str, product: str, kind: str = "") -> str:
    """The state machine that begins with the product, `demo-prod-sales--orders`, or the workflow of a kind of start."""
    return fitted(job(stack, table_of(product), kind), FLOW_NAME)


def rule(stack: str, what: str, purpose: str) -> str:
    """A rule of EventBridge, such as `demo-prod-sales--orders-failed`; `what` is empty for all."""
    return fitted(job(stack, what, purpose), RULE)


def following(workflow: str, product: str) -> str:
    """The trigger of a workflow that starts the product after others."""
    return f"{workflow}-{_dashed(product)}-after"


def dashboard(stack: str, number: int) -> str:
    """The dashboard of a unit, called as its stack; of very many jobs a further one, `demo-prod-sales--2`."""
    return stack if number == 1 else f"{inside(stack)}{number}"


def change_set(stack: str, what: str) -> str:
    """A change set of the stack: CloudFormation calls those that are nested in it after it."""
    return f"{inside(stack)}{what}"


def budget(stack: str, digest: str) -> str:
    """What its jobs may cost, by a digest of eight characters: `demo-prod-sales-jobs-0a1b2c3d`."""
    return f"{stack}-jobs-{digest}"


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
