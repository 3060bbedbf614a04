"""What the role that deploys a unit must hold: its stacks and what is in them, by name, and no more of the account.

CloudFormation makes a stack's resources with the rights of whoever asks for it. So these are the deployer's own; it
makes roles by the stack's names alone, and hands them only to the services that they are for.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.synth import keys
from mesh_etl.deploy.synth.base import log_groups
from mesh_etl.deploy.synth.storage.warehouse import made_here, tables
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies.documents import Statement, allow

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate

STACKS = [
    "cloudformation:ContinueUpdateRollback", "cloudformation:CreateChangeSet", "cloudformation:CreateStack",
    "cloudformation:DeleteChangeSet", "cloudformation:DeleteStack", "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackEvents", "cloudformation:DescribeStackResources", "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet", "cloudformation:GetTemplate", "cloudformation:ListChangeSets",
    "cloudformation:ListStackResources", "cloudformation:TagResource", "cloudformation:UntagResource",
    "cloudformation:UpdateStack",
]  # fmt: skip
BUCKET = [
    "s3:CreateBucket", "s3:GetBucketLocation", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration", "s3:ListBucket", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
]  # fmt: skip
OPERATES = [
    "glue:BatchGetJobs", "glue:BatchStopJobRun", "glue:CreateJob", "glue:DeleteJob", "glue:GetJob", "glue:GetJobRun",
    "glue:GetJobRuns", "glue:GetTags", "glue:StartJobRun", "glue:TagResource", "glue:UntagResource", "glue:UpdateJob",
]  # fmt: skip
FLOWS = [
    "glue:CreateTrigger", "glue:CreateWorkflow", "glue:DeleteTrigger", "glue:DeleteWorkflow", "glue:GetTags",
    "glue:GetTrigger", "glue:GetWorkflow", "glue:GetWorkflowRun", "glue:GetWorkflowRuns", "glue:StartTrigger",
    "glue:StartWorkflowRun", "glue:StopTrigger", "glue:StopWorkflowRun", "glue:TagResource", "glue:UntagResource",
    "glue:UpdateTrigger", "glue:UpdateWorkflow",
]  # fmt: skip
ROLES = [
    "iam:CreateRole", "iam:DeleteRole", "iam:GetRole",
    "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:ListRoleTags", "iam:TagRole",
    "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
]  # fmt: skip
ATTACHES = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
POLICIES = [
    "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:GetPolicy",
    "iam:GetPolicyVersion", "iam:ListPolicyVersions",
]  # fmt: skip
WATCHES = [
    "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard",
    "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource",
]  # fmt: skip


# CloudFormation asks with the deployer's rights, and says so.
BY_STACKS = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
KEY_ENDS = "kms:ScheduleKeyDeletion"


def of_deployer(project: Project, estate: Estate) -> list[Statement]:
    """Everything that the role which deploys the unit and operates its jobs may do."""
    return [
        *_uploads(project, estate),
        *_jobs(estate),
        *_roles(estate),
        *_watches(estate),
        *_keys(estate),
        *_taken_back(project, estate),
    ]


def of_destroyer(project: Project, estate: Estate) -> list[Statement]:
    """What `mesh-etl destroy --with-data` takes beyond that: it is for the role of the deployer, while it is meant."""
    buckets = _buckets(project, estate)
    every = [f"{one}/*" for one in buckets]
    return [
        allow("BucketsGo", ["s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:ListBucketVersions"], buckets),
        allow("ObjectsGo", ["s3:DeleteObjectVersion"], every),
        allow("KeysGo", [KEY_ENDS], [_key(estate)], _tagged(estate, "Resource")),
    ]


def _buckets(project: Project, estate: Estate) -> list[str]:
    """The buckets that the unit's stacks make."""
    place = tables(project, estate)
    own = f"arn:aws:s3:::{estate.artifacts}"
    return [own] + ([place.arn] if place is not None and made_here(project, estate) else [])


def _uploads(project: Project, estate: Estate) -> list[Statement]:
    """Its stacks, its buckets, and the packages in one of them; it reads no table."""
    account, stack = estate.account, estate.stack
    named = f"arn:aws:cloudformation:{account.region}:{account.id}"
    own = f"arn:aws:s3:::{estate.artifacts}"
    return [
        allow("Stacks", STACKS, [f"{named}:stack/{stack}/*", f"{named}:stack/{stack}-*", f"{named}:changeSet/*"]),
        allow("Templates", ["cloudformation:GetTemplateSummary", "cloudformation:ValidateTemplate"], ["*"]),
        allow("Buckets", BUCKET, _buckets(project, estate)),
        allow("Packages", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], [f"{own}/{names.PACKAGES}*"]),
    ]


def _jobs(estate: Estate) -> list[Statement]:
    """Its jobs, what starts them, and what they write to their logs."""
    account, stack = estate.account, estate.stack
    prefix = f"{account.region}:{account.id}"
    glue, logs = f"arn:aws:glue:{prefix}", f"arn:aws:logs:{prefix}:log-group"
    crawled = names.crawled(stack)
    kept = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:ListTagsForResource", "logs:PutRetentionPolicy"]
    kept += ["logs:DeleteRetentionPolicy", "logs:TagResource", "logs:UntagResource"]
    read = ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams"]
    statements = [
        allow("Jobs", OPERATES, [f"{glue}:job/{stack}-*"]),
        allow("Flows", FLOWS, [f"{glue}:trigger/{stack}-*", f"{glue}:workflow/{stack}-*"]),
        allow("Security", [f"glue:{one}SecurityConfiguration" for one in ("Create", "Delete", "Get")], ["*"]),
        allow("LogGroups", [*kept, *read], [f"{logs}:{one}" for one in log_groups(estate)[:2]]),
        allow("LogGroupsFound", ["logs:DescribeLogGroups"], [f"{logs}:*"]),
    ]
    if any(job.settings.crawler for job in estate.jobs):
        does = [f"glue:{one}Crawler" for one in ("Create", "Delete", "Get", "Start", "Stop", "Update")]
        tags = ["glue:GetTags", "glue:TagResource", "glue:UntagResource"]
        statements.append(allow("Crawlers", [*does, *tags], [f"{glue}:crawler/{stack}-*"]))
        entries = [f"glue:{one}Database" for one in ("Create", "Delete", "Get", "Update")]
        statements.append(allow("Crawled", entries, [f"{glue}:catalog", f"{glue}:database/{crawled}"]))
    if estate.settings.orchestration == "step_functions":
        does = [f"states:{one}StateMachine" for one in ("Create", "Delete", "Describe", "Update")]
        does += ["states:ListTagsForResource", "states:StartExecution", "states:TagResource", "states:UntagResource"]
        does += ["states:ListExecutions", "states:ListStateMachineVersions", "states:ValidateStateMachineDefinition"]
        statements.append(allow("Machines", does, [f"arn:aws:states:{prefix}:stateMachine:{stack}-*"]))
        runs = ["states:DescribeExecution", "states:StopExecution"]
        statements.append(allow("MachineRuns", runs, [f"arn:aws:states:{prefix}:execution:{stack}-*:*"]))
    return statements


def _roles(estate: Estate) -> list[Statement]:
    """Roles and policies by its names; each role is handed to the service that takes it and to no other."""
    account, stack = estate.account, estate.stack
    services = [role_arn(account, names.role(stack, one)) for one in (names.CRAWLERS, names.STARTS, names.FLOW)]
    made = services if estate.unit == CENTRE or estate.settings.roles == "existing" else [estate.role.arn, *services]
    passed = (
        ("glue.amazonaws.com", [estate.role.arn, services[0]]),
        ("events.amazonaws.com", services[1:2]),
        ("states.amazonaws.com", services[2:]),
    )
    policies = f"arn:aws:iam::{account.id}:policy/{stack}-*"
    return [
        allow("Roles", ROLES, made),
        allow("Attach", ATTACHES, made, {"ArnLike": {"iam:PolicyARN": [policies]}}),
        allow("Policies", POLICIES, [policies]),
        *(
            allow(f"Pass{service.partition('.')[0].title()}", ["iam:PassRole"], roles, _to(service))
            for service, roles in passed
        ),
    ]


def _to(service: str) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"iam:PassedToService": service}}


def _watches(estate: Estate) -> list[Statement]:
    """Rules, alarms, the topic, the dashboard, the budget and the rules of AWS Config."""
    account, stack = estate.account, estate.stack
    prefix = f"{account.region}:{account.id}"
    rules = ["events:DeleteRule", "events:DescribeRule", "events:ListTargetsByRule", "events:PutRule"]
    rules += ["events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource"]
    bus = ["events:DescribeEventBus", "events:PutPermission", "events:RemovePermission"]
    topic = ["GetTopicAttributes", "CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", "TagResource"]
    topic += ["ListSubscriptionsByTopic", "ListTagsForResource", "UntagResource", "GetSubscriptionAttributes"]
    statements = [
        allow("Rules", rules, [f"arn:aws:events:{prefix}:rule/{stack}-*", f"arn:aws:events:{prefix}:rule/*/{stack}-*"]),
        allow("Bus", bus, [f"arn:aws:events:{prefix}:event-bus/default"]),
        allow("Topic", [f"sns:{one}" for one in topic], [f"arn:aws:sns:{prefix}:{names.topic(stack)}"]),
        allow("Unsubscribe", ["sns:Unsubscribe"], [f"arn:aws:sns:{prefix}:{names.topic(stack)}"]),
        allow(
            "Watch",
            WATCHES,
            [f"arn:aws:cloudwatch:{prefix}:alarm:{stack}-*", f"arn:aws:cloudwatch::{account.id}:dashboard/{stack}*"],
        ),
        allow("AlarmsFound", ["cloudwatch:DescribeAlarms"], [f"arn:aws:cloudwatch:{prefix}:alarm:*"]),
    ]
    if estate.settings.budget is not None:
        does = ["budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:ViewBudget"]
        statements.append(allow("Budget", does, [f"arn:aws:budgets::{account.id}:budget/{stack}-jobs"]))
    if estate.settings.config_rules == "create":
        does = ["config:DeleteConfigRule", "config:PutConfigRule", "config:TagResource"]
        statements.append(allow("Config", does, [f"arn:aws:config:{prefix}:config-rule/*"]))
        statements.append(allow("ConfigFound", ["config:DescribeConfigRules"], ["*"]))
    return statements


def _keys(estate: Estate) -> list[Statement]:
    """Its keys: it keeps them all, and uses only that of the packages."""
    account, stack = estate.account, estate.stack
    prefix = f"arn:aws:kms:{account.region}:{account.id}"
    aliases = [names.alias(stack), names.alias(names.tables(stack))]
    tagged, held = _tagged(estate, "Request"), [_key(estate)]
    kept = [one for one in keys.ADMINISTER if one not in ("kms:TagResource", KEY_ENDS)]
    return [
        allow("KeysMade", ["kms:CreateKey"], ["*"], tagged),
        allow("KeysTagged", ["kms:TagResource"], held, tagged),
        allow("Keys", kept, held, _tagged(estate, "Resource")),
        allow("Aliases", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], [f"{prefix}:{a}" for a in aliases]),
        keys.named("PackagesKey", keys.WRITE, account.region, account.id, aliases[:1]),
    ]


def _taken_back(project: Project, estate: Estate) -> list[Statement]:
    """Where a first deploy fails, CloudFormation removes the new buckets, empty as they are, and keys.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-calledvia
    """
    return [
        allow("BucketsBack", ["s3:DeleteBucket", "s3:DeleteBucketPolicy"], _buckets(project, estate), BY_STACKS),
        allow("KeysBack", [KEY_ENDS], [_key(estate)], {**BY_STACKS, **_tagged(estate, "Resource")}),
    ]


def _key(estate: Estate) -> str:
    return f"arn:aws:kms:{estate.account.region}:{estate.account.id}:key/*"


def _tagged(estate: Estate, what: str) -> dict[str, dict[str, str]]:
    """The condition that a key, or the request for one, bears the unit's tags."""
    return {"StringEquals": {f"aws:{what}Tag/mesh": estate.mesh, f"aws:{what}Tag/domain": estate.unit}}
