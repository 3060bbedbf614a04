"""What the role that deploys a unit must hold: its stacks and what is in them, by name, and no more of the account.

CloudFormation makes a stack's resources with the rights of whoever asks for it. So these are the deployer's own; it
makes roles by the stack's names alone, and hands them only to the services that they are for.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.forwarding import forwards, heard_on
from mesh_etl.deploy.synth import keys
from mesh_etl.deploy.synth.access.deployer_roles import bounds, roles
from mesh_etl.deploy.synth.base import log_groups
from mesh_etl.deploy.synth.storage.warehouse import made_here, tables
from mesh_etl.deploy.synth.tags import owner
from mesh_etl.govern.policies.documents import Conditions, Statement, allow
from mesh_etl.govern.policies.personas import entries

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate

STACKS = [
    "cloudformation:ContinueUpdateRollback", "cloudformation:CreateChangeSet", "cloudformation:CreateStack",
    "cloudformation:DeleteChangeSet", "cloudformation:DeleteStack", "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeEvents", "cloudformation:DescribeStackEvents", "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet", "cloudformation:GetTemplate", "cloudformation:ListChangeSets",
    "cloudformation:ListStackResources", "cloudformation:TagResource", "cloudformation:UntagResource",
    "cloudformation:UpdateStack",
]  # fmt: skip
BUCKET = [
    "s3:CreateBucket", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration", "s3:ListBucket", "s3:ListTagsForResource", "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration", "s3:TagResource", "s3:UntagResource",
]  # fmt: skip
OPERATES = [
    "glue:BatchStopJobRun", "glue:CreateJob", "glue:DeleteJob", "glue:GetJob", "glue:GetJobRun",
    "glue:GetJobRuns", "glue:GetTags", "glue:StartJobRun", "glue:TagResource", "glue:UntagResource", "glue:UpdateJob",
]  # fmt: skip
FLOWS = [
    "glue:CreateTrigger", "glue:CreateWorkflow", "glue:DeleteTrigger", "glue:DeleteWorkflow", "glue:GetTags",
    "glue:GetTrigger", "glue:GetWorkflow", "glue:GetWorkflowRun", "glue:GetWorkflowRuns",
    "glue:ResumeWorkflowRun", "glue:StartTrigger", "glue:StartWorkflowRun", "glue:StopTrigger", "glue:StopWorkflowRun",
    "glue:TagResource", "glue:UntagResource", "glue:UpdateTrigger", "glue:UpdateWorkflow",
]  # fmt: skip
WATCHES = [
    "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard",
    "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
]  # fmt: skip
# CloudFormation asks with the deployer's rights, and says so.
BY_STACKS = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
KEEPS = [
    "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:UntagResource", "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
]  # fmt: skip
KEY_ENDS = "kms:ScheduleKeyDeletion"


def of_deployer(project: Project, estate: Estate) -> list[Statement]:
    """Everything that the role which deploys the unit and operates its jobs may do."""
    return [
        *_uploads(project, estate),
        *_jobs(estate),
        *roles(estate),
        *bounds(estate),
        *_watches(project, estate),
        *_keys(estate),
        *_taken_back(project, estate),
    ]


def of_destroyer(project: Project, estate: Estate) -> list[Statement]:
    """What `mesh-etl destroy --with-data` takes beyond that: it is for the role of the deployer, while it is meant."""
    buckets = _buckets(project, estate)
    every = [f"{one}/*" for one in buckets]
    gone = [
        allow("BucketsGo", ["s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:ListBucketVersions"], buckets),
        allow("ObjectsGo", ["s3:DeleteObjectVersion"], every),
    ]
    return [*(gone if buckets else []), allow("KeysGo", [KEY_ENDS], [_key(estate)], _tagged(estate, "Resource"))]


def _buckets(project: Project, estate: Estate) -> list[str]:
    """The buckets that the unit's stacks make: one that the configuration names is not the unit's to change."""
    place = tables(project, estate)
    own = [f"arn:aws:s3:::{estate.artifacts}"] if estate.settings.artifacts is None else []
    return own + ([place.arn] if place is not None and made_here(project, estate) else [])


def _uploads(project: Project, estate: Estate) -> list[Statement]:
    """Its stacks, its buckets, and the packages in one of them; it reads no table."""
    account, both = estate.account, (estate.stack, names.base(estate.stack))
    stacks = [f"stack/{one}/*" for one in (*both, *(names.nested(estate.stack, one) for one in names.NESTED))]
    stacks += [f"changeSet/{names.change_set(one, '*')}" for one in both]
    own = f"arn:aws:s3:::{estate.artifacts}"
    packages, buckets = [f"{own}/{names.PACKAGES}*"], _buckets(project, estate)
    marked = {"StringEquals": {f"s3:RequestObjectTag/{names.RETIRED['Key']}": names.RETIRED["Value"]}}
    alone = estate.settings.artifacts is None  # of a bucket that others may use it lets nothing go
    return [
        allow("Stacks", STACKS, [account.arn("cloudformation", one) for one in stacks]),
        *([allow("Buckets", BUCKET, buckets)] if buckets else []),
        allow("Packages", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], packages),
        *([allow("PackagesRetired", ["s3:PutObjectVersionTagging"], packages, marked)] if alone else []),
    ]


def _jobs(estate: Estate) -> list[Statement]:
    """Its jobs, what starts them, and what they write to their logs."""
    account, inside = estate.account, names.inside(estate.stack)
    groups = [account.arn("logs", f"log-group:{one}") for one in log_groups(estate)[:2]]
    kept = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:ListTagsForResource", "logs:PutRetentionPolicy"]
    kept += ["logs:DeleteRetentionPolicy", "logs:TagResource", "logs:UntagResource"]
    statements = [
        allow("Jobs", OPERATES, [account.arn("glue", f"job/{inside}*")]),
        allow("Flows", FLOWS, [account.arn("glue", f"{one}/{inside}*") for one in ("trigger", "workflow")]),
        allow("Security", [f"glue:{one}SecurityConfiguration" for one in ("Create", "Delete", "Get")], ["*"]),
        allow("LogGroups", [*kept, "logs:FilterLogEvents"], groups),
        allow("LogGroupsFound", ["logs:DescribeLogGroups"], [account.arn("logs", "log-group:*")]),
    ]
    if estate.unit != CENTRE:  # whatever its jobs state today: crawlers and flows come and go without another policy
        statements += [*_crawlers(estate), *_machines(estate)]
    return statements


def _crawlers(estate: Estate) -> list[Statement]:
    """Its crawlers, and the database of what they find; such a database goes with the tables and functions in it."""
    account, crawled = estate.account, names.crawled(estate.stack)
    does = [f"glue:{one}Crawler" for one in ("Create", "Delete", "Get", "Stop", "Update")]
    tags = ["glue:GetTags", "glue:TagResource", "glue:UntagResource"]
    keeps = [f"glue:{one}Database" for one in ("Create", "Delete", "Get", "Update")]
    within = [*entries(account, [crawled]), account.arn("glue", f"userDefinedFunction/{crawled}/*")]
    return [
        allow("Crawlers", [*does, *tags], [account.arn("glue", f"crawler/{names.inside(estate.stack)}*")]),
        allow("Crawled", keeps, within),
    ]


def _machines(estate: Estate) -> list[Statement]:
    """Its state machines, and their runs."""
    account, inside = estate.account, names.inside(estate.stack)
    does = [f"states:{one}StateMachine" for one in ("Create", "Delete", "Describe", "Update")]
    does += ["states:ListTagsForResource", "states:StartExecution", "states:TagResource", "states:UntagResource"]
    runs = ["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"]
    return [
        allow("Machines", [*does, "states:ListExecutions"], [account.arn("states", f"stateMachine:{inside}*")]),
        allow("MachineRuns", runs, [account.arn("states", f"execution:{inside}*:*")]),
    ]


def _watches(project: Project, estate: Estate) -> list[Statement]:
    """Rules, alarms, the topic, the dashboard, the budget and the rules of AWS Config."""
    account, stack, inside = estate.account, estate.stack, names.inside(estate.stack)
    rules = ["events:DeleteRule", "events:DescribeRule", "events:ListTargetsByRule", "events:PutRule"]
    rules += ["events:PutTargets", "events:RemoveTargets", "events:ListTagsForResource", "events:TagResource"]
    rules += ["events:UntagResource"]
    heard = heard_on(project, account.id, account.region)
    buses = {"", *([f"{heard.name}/"] if heard is not None and heard.name != "default" else [])}
    bus = ["events:DescribeEventBus", "events:PutPermission", "events:RemovePermission"]
    topic = ["GetTopicAttributes", "CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", "TagResource"]
    topic += ["ListSubscriptionsByTopic", "ListTagsForResource", "UntagResource", "GetSubscriptionAttributes"]
    own = [account.arn("sns", names.topic(stack))]
    boards = [f"arn:aws:cloudwatch::{account.id}:dashboard/{one}" for one in (stack, f"{inside}*")]
    watched = [account.arn("cloudwatch", f"alarm:{inside}*"), *boards]
    statements = [
        allow("Rules", rules, [account.arn("events", f"rule/{one}{inside}*") for one in buses]),
        allow("Topic", [f"sns:{one}" for one in topic], own),
        allow("Unsubscribe", ["sns:Unsubscribe"], own),
        allow("Watch", WATCHES, watched),
        allow("AlarmsFound", ["cloudwatch:DescribeAlarms"], [account.arn("cloudwatch", "alarm:*")]),
    ]
    if heard is not None and heard in forwards(project):
        statements.append(allow("Bus", bus, [heard.arn]))
    if estate.settings.budget is not None:
        does = ["budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:ViewBudget"]
        budgets = f"arn:aws:budgets::{account.id}:budget/{names.budget(stack, '?' * 8)}"
        statements.append(allow("Budget", does, [budgets]))
    if estate.settings.config_rules == "create":
        does = ["config:DeleteConfigRule", "config:PutConfigRule"]
        statements.append(allow("Config", does, [account.arn("config", "config-rule/*")]))
        statements.append(allow("ConfigFound", ["config:DescribeConfigRules"], ["*"]))
    return statements


def _keys(estate: Estate) -> list[Statement]:
    """Its keys: it keeps them all, and uses only that of the packages."""
    account, stack = estate.account, estate.stack
    aliases = [names.alias(one) for one in ([stack] if estate.unit == CENTRE else [stack, names.tables(stack)])]
    named, tagged, held = [account.arn("kms", one) for one in aliases], _tagged(estate, "Request"), [_key(estate)]
    return [
        allow("KeysMade", ["kms:CreateKey"], ["*"], tagged),
        allow("KeysTagged", ["kms:TagResource"], held, {**tagged, **BY_STACKS, **_nobodys(estate)}),
        allow("Keys", KEEPS, held, _tagged(estate, "Resource")),
        allow("AliasesFound", ["kms:ListAliases"], ["*"]),
        allow("Aliases", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], named),
        keys.named("PackagesKey", keys.WRITE, account, aliases[:1]),
    ]


def _taken_back(project: Project, estate: Estate) -> list[Statement]:
    """Where a first deploy fails, CloudFormation removes the new buckets, empty as they are, and keys.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-calledvia
    """
    buckets = _buckets(project, estate)
    back = allow("BucketsBack", ["s3:DeleteBucket", "s3:DeleteBucketPolicy"], buckets, BY_STACKS)
    return [
        *([back] if buckets else []),
        allow("KeysBack", [KEY_ENDS], [_key(estate)], {**BY_STACKS, **_tagged(estate, "Resource")}),
    ]


def _key(estate: Estate) -> str:
    return estate.account.arn("kms", "key/*")


def _nobodys(estate: Estate) -> Conditions:
    """The condition that a key bears no tags that say whose it is, as a new one, or those of the unit."""
    return {"StringEqualsIfExists": {f"aws:ResourceTag/{key}": value for key, value in owner(estate).items()}}


def _tagged(estate: Estate, what: str) -> dict[str, dict[str, str]]:
    """The condition that a key, or the request for one, bears the unit's tags."""
    return {"StringEquals": {f"aws:{what}Tag/{key}": value for key, value in owner(estate).items()}}
