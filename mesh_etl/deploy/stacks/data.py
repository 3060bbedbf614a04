"""What holds data goes from the account, for good: buckets with all versions at once, keys after 30 days.

Their aliases go now: until a key has gone it keeps them, and a deploy within these days would find them taken.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mesh_etl.deploy.stacks.resources import Resource
from mesh_etl.errors import Fault, RunError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import SLOW, explained

BUCKET, KEY, ALIAS = "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::KMS::Alias"
KEY_DAYS = 30  # for so long a key can be had back
BATCH = 1000  # objects of one DeleteObjects


def gone(s3: Any, kms: Any, account: str, found: Iterable[Resource]) -> int:
    """The buckets among the resources are gone, and the keys are to go, nameless; returns how many objects there were.

    It may be cut off anywhere and done again, as long as their stack is there to name them. Raises as `emptied` does.
    """
    count = 0
    every = [one for one in found if one.physical]
    for one in every:
        if one.type == BUCKET:
            count += emptied(s3, one.physical, account)
    for one in every:
        if one.type == ALIAS:
            nameless(kms, one.physical)
        if one.type == KEY:
            deletion_scheduled(kms, one.physical)
    return count


def emptied(s3: Any, bucket: str, account: str) -> int:
    """The bucket is gone with all its objects in all versions; returns how many there were. There may be none.

    It may be cut off anywhere and done again.
    Raises `RunError`: DATA_LEFT where S3 does not delete an object, worth a retry where it was busy, and as `explained`
    does.
    """
    from botocore.exceptions import ClientError

    where, count = f"s3://{bucket}", 0
    with explained("s3:DeleteBucket", where):
        try:
            # It refuses everybody to delete entries of a ledger, until somebody takes it away, as now.
            s3.delete_bucket_policy(Bucket=bucket, ExpectedBucketOwner=account)
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, ExpectedBucketOwner=account):
                count += _deleted(s3, bucket, account, page)
            s3.delete_bucket(Bucket=bucket, ExpectedBucketOwner=account)
        except ClientError as error:
            if code_of(error) not in ("NoSuchBucket", "404"):
                raise
    return count


def _deleted(s3: Any, bucket: str, account: str, page: Mapping[str, Any]) -> int:
    every = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in every]
    for start in range(0, len(objects), BATCH):
        batch = {"Objects": objects[start : start + BATCH], "Quiet": True}
        answer = s3.delete_objects(Bucket=bucket, Delete=batch, ExpectedBucketOwner=account)
        for failed in answer.get("Errors", ()):
            busy = failed["Code"] in SLOW | {"InternalError"}
            problem = f"an object was not deleted ({failed['Code']})"
            fix = "run it again" if busy else "allow s3:DeleteObjectVersion, and run it again"
            raise RunError(Fault("DATA_LEFT", problem, f"s3://{bucket}", fix), retryable=busy)
    return len(objects)


def nameless(kms: Any, alias: str) -> None:
    """No key is called so any more; none may have been."""
    from botocore.exceptions import ClientError

    with explained("kms:DeleteAlias", alias):
        try:
            kms.delete_alias(AliasName=alias)
        except ClientError as error:
            if code_of(error) != "NotFoundException":
                raise


def deletion_scheduled(kms: Any, key: str) -> None:
    """The key is to be deleted in 30 days, until when it can be had back; it may be on its way already."""
    from botocore.exceptions import ClientError

    with explained("kms:ScheduleKeyDeletion", key):
        try:
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=KEY_DAYS)
        except ClientError as error:
            if code_of(error) not in ("KMSInvalidStateException", "NotFoundException"):
                raise
