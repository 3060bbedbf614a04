"""The bucket of a domain's tables and its key, where the domain has a warehouse of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.synth import keys
from mesh_etl.deploy.synth.buckets import bucket
from mesh_etl.deploy.synth.storage.rules import rules
from mesh_etl.deploy.synth.storage.warehouse import made_here, tables
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource, Template, attribute, logical, ref
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies.bucket import bucket as bucket_policy

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.package.bundle import Bundle
    from mesh_etl.govern.policies.documents import Statement


def storage(project: Project, estate: Estate, bundle: Bundle | None = None) -> tuple[Template, ...]:
    """The template of the bucket, or none: where buckets are there already, or are those of the whole mesh.

    The buckets of sources are never ours. Raises `ConfigError` BUCKET_SHARED.
    """
    place = tables(project, estate)
    if place is None or not made_here(project, estate):
        return ()
    tags, stated = tag_list(estate), project.env.s3.kms_key
    arn = stated or attribute(logical("warehouse", "key"), "Arn")
    made: dict[str, Resource] = {}
    if stated is None:
        made[logical("warehouse", "key")] = keys.key(
            f"Tables of {estate.unit}", _users(project, estate), estate.account.id, tags
        )
        alias = names.alias(names.tables(estate.stack))
        made[logical("warehouse", "alias")] = keys.alias(alias, logical("warehouse", "key"))
    made[logical("warehouse", "bucket")] = bucket(place.bucket, arn, rules(project, estate), tags)
    reader = _central_reader(project, estate)
    made[logical("warehouse", "policy")] = Resource(
        "AWS::S3::BucketPolicy",
        {"Bucket": ref(logical("warehouse", "bucket")), "PolicyDocument": bucket_policy([place], reader, arn)},
    )
    return (Template("storage", f"Tables of {estate.unit}, mesh {estate.mesh}, {estate.env}", made),)


def _users(project: Project, estate: Estate) -> list[Statement]:
    """Jobs and Lake Formation of this account read and write by the key, that of the centre reads: all through S3."""
    account, through = estate.account, f"s3.{estate.account.region}.amazonaws.com"
    found = [
        keys.used("Jobs", account.id, [estate.role.arn], keys.WRITE, through),
        keys.used("Tables", account.id, [role_arn(account, account.registration_role)], keys.WRITE, through),
    ]
    reader = _central_reader(project, estate)
    if reader is not None:
        found.append(keys.used("Centre", reader.split(":")[4], [reader], keys.READ, through))
    return found


def _central_reader(project: Project, estate: Estate) -> str | None:
    """The role by which the central account's Lake Formation reads, where that is another account."""
    governance = project.mesh.governance
    if governance is None or project.mesh.accounts[governance.account].id == estate.account.id:
        return None
    central = project.mesh.accounts[governance.account]
    return role_arn(central, central.registration_role)
