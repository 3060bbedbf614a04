"""Files and templates go to the artifacts bucket, each under a key that holds its digest.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from mesh_etl.deploy.stacks.wanted import Parcel
from mesh_etl.errors import Fault, RunError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

ABSENT = ("404", "NoSuchKey", "NotFound", "403", "AccessDenied")  # without s3:ListBucket, S3 hides what is not there
MADE_BEFORE, AT_ONCE = ("412", "PreconditionFailed"), ("409", "ConditionalRequestConflict")
ATTEMPTS = 4
RENEWED = timedelta(days=15)  # half of what `retired` waits, and much longer than any deploy takes


def uploaded(
    s3: Any, bucket: str, account: str, parcels: Iterable[Parcel], told: Callable[[Parcel], None] = lambda _: None
) -> tuple[Parcel, ...]:
    """Every parcel is in the bucket, which is the account's own; returns those that had to be sent.

    Each is told of before it is sent. A reply that was lost does no harm: what is there is not sent again, unless it is
    so old that somebody may just find it `unused` (see `retired`); that then has a version of its own.
    Raises `RunError`: ARTIFACT_DAMAGED where an object is not what its key says, and as `explained` does.
    """
    sent = []
    for parcel in parcels:
        where = f"s3://{bucket}/{parcel.key}"
        since = _there_since(s3, bucket, account, parcel, where)
        if since is None or since < datetime.now(UTC) - RENEWED:
            told(parcel)
            _put(s3, bucket, account, parcel, where, {"IfNoneMatch": "*"} if since is None else {})
            sent.append(parcel)
    return tuple(sent)


def _there_since(s3: Any, bucket: str, account: str, parcel: Parcel, where: str) -> datetime | None:
    """When the object was sent, or None where it is not there."""
    from botocore.exceptions import ClientError

    with explained("s3:GetObject", where):
        try:
            found = s3.head_object(Bucket=bucket, Key=parcel.key, ExpectedBucketOwner=account, ChecksumMode="ENABLED")
        except ClientError as error:
            if code_of(error) in ABSENT:
                return None
            raise
    if found["ContentLength"] != parcel.size or found.get("ChecksumSHA256") != _checksum(parcel):  # ours has one
        problem = "the object is not what its key says: somebody has written there"
        raise RunError(Fault("ARTIFACT_DAMAGED", problem, where, "find out who, delete it, and deploy again"))
    since: datetime = found["LastModified"]
    return since


def _put(s3: Any, bucket: str, account: str, parcel: Parcel, where: str, unless: dict[str, str]) -> None:
    from botocore.exceptions import ClientError

    with explained("s3:PutObject", where):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                s3.put_object(
                    Bucket=bucket,
                    Key=parcel.key,
                    Body=parcel.content(),
                    ExpectedBucketOwner=account,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=_checksum(parcel),
                    **unless,
                )
                return
            except ClientError as error:
                if code_of(error) in MADE_BEFORE:
                    return
                if code_of(error) not in AT_ONCE or attempt == ATTEMPTS:
                    raise


def _checksum(parcel: Parcel) -> str:
    return base64.b64encode(bytes.fromhex(parcel.sha256)).decode()
