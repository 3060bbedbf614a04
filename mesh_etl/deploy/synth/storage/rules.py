"""The lifecycle rules of a domain's bucket: those of `mesh-etl maintain --lifecycle`, in CloudFormation's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.contract.load import load
from mesh_etl.deploy.synth.buckets import Rule, rule, unfinished
from mesh_etl.upkeep.lifecycle import lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.deploy.estate import Estate


def rules(project: Project, estate: Estate) -> list[Rule]:
    """What may grow old by itself, in the order of the products. Raises `PlanError` LIFECYCLE_TOO_LARGE."""
    found = [one for bucket in lifecycle(_products(project, estate)).values() for one in bucket["Rules"]]
    return [unfinished(), *(_spelled(one) for one in found)]


def _products(project: Project, estate: Estate) -> Iterator[tuple[LoadedJob, Contract]]:
    for product in sorted(estate.products):
        job = project.job(product)
        yield job, load(job.contract_path, job.contract_path.name)


def _spelled(one: Rule) -> Rule:
    """A rule of S3's PutBucketLifecycleConfiguration, as a resource of CloudFormation states it."""
    moved = [{"TransitionInDays": to["Days"], "StorageClass": to["StorageClass"]} for to in one.get("Transitions", ())]
    does = {
        "NoncurrentVersionExpiration": one.get("NoncurrentVersionExpiration"),
        "AbortIncompleteMultipartUpload": one.get("AbortIncompleteMultipartUpload"),
        "ExpirationInDays": one["Expiration"]["Days"] if "Expiration" in one else None,
        "Transitions": moved or None,
    }
    return rule(one["ID"], one["Filter"]["Prefix"], **{name: value for name, value in does.items() if value})
