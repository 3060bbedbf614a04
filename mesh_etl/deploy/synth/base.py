"""What a unit needs before anything can be uploaded for it: the artifacts bucket, its key, the security configuration.

The key is named by its ARN wherever CloudFormation takes no alias, so that what needs it so is in this stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config.env import AwsWorld
from mesh_etl.deploy import names
from mesh_etl.deploy.synth import keys
from mesh_etl.deploy.synth.buckets import bucket, rule, unfinished
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource, Template, attribute, ref
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies.bucket import by_this_key, by_tls
from mesh_etl.govern.policies.documents import Statement, document

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate

TEMPORARY_DAYS = 14  # what a run puts aside; no run takes longer than seven
REPLACED_DAYS = 30  # so long can what was deleted or overwritten be had back
ALARMS = ("cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com")


def base(project: Project, estate: Estate) -> Template:
    """The template of the stack that comes first. A bucket that the configuration names itself is there already."""
    tags = tag_list(estate)
    arn = attribute("Key", "Arn")
    made: dict[str, Resource] = {
        "Key": keys.key(
            f"Packages, logs and alarms of {estate.stack}", _uses(project, estate), estate.account.id, tags
        ),
        "Alias": keys.alias(names.alias(estate.stack), "Key"),
        "Security": _security(estate, arn),
    }
    if estate.settings.artifacts is None:
        made["Artifacts"] = bucket(estate.artifacts, arn, _rules(estate), tags)
        made["ArtifactsPolicy"] = _policy(estate, arn)
    return Template("base", f"Artifacts bucket and key of {estate.unit}, mesh {estate.mesh}, {estate.env}", made)


def _rules(estate: Estate) -> list[dict[str, object]]:
    """Packages stay until they are marked: age does not tell whether a job starts with one. What only a run needed
    goes."""
    return [
        unfinished(),
        rule("mesh_etl temporary", names.TEMPORARY, ExpirationInDays=TEMPORARY_DAYS),
        rule("mesh_etl spark logs", names.EVENT_LOGS, ExpirationInDays=estate.settings.keep_logs),
        rule("mesh_etl retired", names.PACKAGES, TagFilters=[names.RETIRED], ExpirationInDays=1),
        rule(
            "mesh_etl replaced",
            NoncurrentVersionExpiration={"NoncurrentDays": REPLACED_DAYS},
            ExpiredObjectDeleteMarker=True,
        ),
    ]


def _policy(estate: Estate, arn: object) -> Resource:
    own = f"arn:aws:s3:::{estate.artifacts}"
    statements = [by_tls(own), *by_this_key([f"{own}/*"], arn)]
    return Resource("AWS::S3::BucketPolicy", {"Bucket": ref("Artifacts"), "PolicyDocument": document(statements)})


def _uses(project: Project, estate: Estate) -> list[Statement]:
    """Who uses the key: jobs for all that they leave, the deployer through S3, logs and alarms for their own.

    In the account that one signs in to no role is taken: whoever deploys there has the right in a policy of their own.
    """
    world = project.env.world
    here = isinstance(world, AwsWorld) and world.account == estate.account.id
    id_, region = estate.account.id, estate.account.region
    own = [estate.role.arn, role_arn(estate.account, names.role(estate.stack, names.CRAWLERS))]
    groups = [estate.account.arn("logs", f"log-group:{one}") for one in log_groups(estate)]
    topics = [estate.account.arn("sns", names.topic(estate.stack))]
    senders = [role_arn(estate.account, names.role(estate.stack, names.FLOW))]
    return [
        keys.used("Jobs", id_, own, keys.BOOKMARKS),
        keys.used("Deployer", id_, [] if here else [estate.deployer.arn], keys.WRITE, f"s3.{region}.amazonaws.com"),
        keys.used("Senders", id_, senders, keys.WRITE, f"sns.{region}.amazonaws.com"),
        keys.served(
            "Logs",
            [f"logs.{region}.amazonaws.com"],
            ["kms:Decrypt", "kms:Describe*", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        ),
        keys.served(
            "Alarms",
            ALARMS,
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            {"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": topics}},
        ),
    ]


def log_groups(estate: Estate) -> list[str]:
    """The names that log groups of its jobs and crawlers have, as patterns.

    Glue makes them of the prefix that a job states, of the security configuration and of the role.
    Source: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html
    """
    role = estate.role.role.rpartition("/")[2]
    by_role = names.logs(f"{names.encrypted(estate.stack)}/{role}")
    return [f"{names.logs(estate.stack)}/*", f"{by_role}/*", names.crawler_logs(estate.stack)]


def _security(estate: Estate, arn: object) -> Resource:
    """How Glue encrypts what jobs and crawlers leave.

    Source: https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html
    """
    by_key = {"KmsKeyArn": arn}
    return Resource(
        "AWS::Glue::SecurityConfiguration",
        {
            "Name": names.security(estate.stack),
            "EncryptionConfiguration": {
                "S3Encryptions": [{"S3EncryptionMode": "SSE-KMS", **by_key}],
                "CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", **by_key},
                "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS", **by_key},
            },
        },
    )
