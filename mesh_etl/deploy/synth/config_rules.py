"""Rules of AWS Config over what a unit has: that it stays as it was deployed. Config must be on in the account.

Source: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.estate import Estate
from mesh_etl.deploy.synth.storage.warehouse import made_here, tables
from mesh_etl.deploy.synth.template import Resource, logical

if TYPE_CHECKING:
    from mesh_etl.config import Project

BUCKET = "AWS::S3::Bucket"
BUCKETS = (
    "S3_BUCKET_VERSIONING_ENABLED",
    "S3_DEFAULT_ENCRYPTION_KMS",
    "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    "S3_BUCKET_SSL_REQUESTS_ONLY",
)
JOBS = "GLUE_SPARK_JOB_SUPPORTED_VERSION"
OLDEST_GLUE = "5.0"


def config_rules(project: Project, estate: Estate) -> dict[str, Resource]:
    """The rules, by logical id; none unless the configuration asks for them. Each bucket has rules of its own.

    A rule watches one thing by its name, or all that bear a tag; buckets of the whole mesh are not this unit's.
    """
    if estate.settings.config_rules == "none":
        return {}
    place = tables(project, estate)
    found = {"artifacts": estate.artifacts}
    if place is not None and made_here(project, estate):
        found["warehouse"] = place.bucket
    made: dict[str, Resource] = {}
    for what, bucket in found.items():
        scope = {"ComplianceResourceTypes": [BUCKET], "ComplianceResourceId": bucket}
        made |= {
            logical(what, one.lower()): _rule(f"{estate.stack}-{what}-{_dashed(one)}", one, scope) for one in BUCKETS
        }
    jobs = {"TagKey": "domain", "TagValue": estate.unit}
    stated = {"minimumSupportedGlueVersion": OLDEST_GLUE}
    made[logical("All", JOBS.lower())] = _rule(f"{estate.stack}-{_dashed(JOBS)}", JOBS, jobs, stated)
    return made


def _rule(name: str, identifier: str, scope: dict[str, Any], parameters: dict[str, str] | None = None) -> Resource:
    return Resource(
        "AWS::Config::ConfigRule",
        {
            "ConfigRuleName": name[:128],
            "Scope": scope,
            "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
            "InputParameters": parameters,
        },
    )


def _dashed(identifier: str) -> str:
    return identifier.lower().replace("_", "-")
