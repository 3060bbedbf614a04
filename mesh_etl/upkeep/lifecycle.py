"""What S3 itself may do with a product's files as they grow old: data moves to a cheaper class, only strays go.

Age alone never tells that a file is not needed: the oldest file of a table may be its most important one. So no rule
expires what a ledger, a quarantine or an Iceberg snapshot can still name; that is for `expire`, `orphans` and
`quarantine expire`, which ask the ledger. What rules do expire has no name: versions of objects that were deleted or
overwritten, uploads that were never completed, and the intermediate files of runs that ended long ago.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.config.maintenance import StorageTier, span
from mesh_etl.contract.levels import amount, level
from mesh_etl.errors import Fault, PlanError

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract

DAY = 86_400  # seconds
SPILL_DAYS = 8  # longer than any run may take: Glue's longest are of seven days
UPLOAD_DAYS = 8
UNDO_DAYS = 7  # so long can what was deleted be had back, at least
SHORTEST = 60 * DAY  # retention: S3 moves a file that nobody reads after 30 days, and bills 30 more
_BUCKET_RULES = 1_000  # of one bucket: https://docs.aws.amazon.com/general/latest/gr/s3.html
_LEAST_DAYS = {"INTELLIGENT_TIERING": 0, "STANDARD_IA": 30, "GLACIER_IR": 0}

Rule = dict[str, Any]


def lifecycle(products: Iterable[tuple[LoadedJob, Contract]]) -> dict[str, dict[str, Any]]:
    """By bucket, the `LifecycleConfiguration` of S3's PutBucketLifecycleConfiguration that fits these products.

    S3 keeps one configuration for a bucket, and each call replaces it: the rules have to stand with all others that
    the bucket has. Raises `PlanError`: LOCATION_NOT_S3 for a table on a local disk, LIFECYCLE_TOO_LARGE where a bucket
    would get more rules than S3 takes.
    """
    buckets: dict[str, list[Rule]] = {}
    for job, contract in products:
        bucket, prefix = _place(job)
        buckets.setdefault(bucket, []).extend(rules(job, contract, prefix))
    for bucket, found in buckets.items():
        if len(found) > _BUCKET_RULES:
            problem = f"{len(found):,} rules are more than the {_BUCKET_RULES:,} that a bucket can have"
            raise PlanError(
                Fault("LIFECYCLE_TOO_LARGE", problem, f"s3://{bucket}", "give domains buckets of their own")
            )
    return {bucket: {"Rules": found} for bucket, found in buckets.items()}


def rules(job: LoadedJob, contract: Contract, prefix: str) -> list[Rule]:
    """The rules for the table below the prefix, which ends with a slash."""
    undo = max(UNDO_DAYS, _days(job.job.maintenance.expire.older_than))
    found = [
        _rule(job, "strays", prefix)
        | {
            "NoncurrentVersionExpiration": {"NoncurrentDays": undo},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UPLOAD_DAYS},
        },
        _rule(job, "spill", f"{prefix}_spill/") | {"Expiration": {"Days": SPILL_DAYS}},
    ]
    tier = job.job.maintenance.tier or _by_retention(contract)
    if tier is not None:
        days = max(_days(tier.after), _LEAST_DAYS[tier.storage_class])
        moved = {"Transitions": [{"Days": days, "StorageClass": tier.storage_class}]}
        found.append(_rule(job, "data", f"{prefix}data/") | moved)
    return found


def _rule(job: LoadedJob, name: str, prefix: str) -> Rule:
    return {"ID": f"mesh_etl {job.product} {name}", "Status": "Enabled", "Filter": {"Prefix": prefix}}


def _by_retention(contract: Contract) -> StorageTier | None:
    """What the contract's retention makes worth while: nothing for rows that go before it pays."""
    stated: Sequence[float] = [
        seconds
        for one in contract.odcs.sla_properties
        if level(one.property) == "retention"
        and isinstance(seconds := amount("retention", one.value, one.unit), (int, float))
    ]
    return None if stated and max(stated) < SHORTEST else StorageTier()


def _days(text: str) -> int:
    return math.ceil(span(text).total_seconds() / DAY)


def _place(job: LoadedJob) -> tuple[str, str]:
    """Bucket and prefix of the table's root."""
    if not job.table_root.startswith("s3://"):
        problem = "the table is no S3 prefix, so that it has no lifecycle rules"
        raise PlanError(
            Fault("LOCATION_NOT_S3", problem, job.table_root, "choose an environment with an s3:// warehouse")
        )
    bucket, _, prefix = job.table_root.removeprefix("s3://").partition("/")
    return bucket, f"{prefix}/"
