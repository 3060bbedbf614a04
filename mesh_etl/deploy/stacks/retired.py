"""Packages and templates that no deploy needs any more are marked, and a rule of the bucket removes what is marked.

Runs that began with what was replaced may go on for days, and a rollback needs what was there before. So each deploy
writes down, before it changes anything, which templates are in use until then; what they name stays for 30 days, and
that of the deploy before this one for good. Marked is one version of an object: whoever deploys the same again at that
time has sent a version of their own (`upload.RENEWED`).
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-filters.html
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.places import of_unit
from mesh_etl.deploy.stacks.original import original
from mesh_etl.deploy.stacks.standing import REVIEW, standing
from mesh_etl.errors import Fault, PlanError
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.stacks.deployment import Account
    from mesh_etl.deploy.stacks.wanted import Wanted

KEPT = timedelta(days=30)  # after its last use; no run takes longer than seven
RECORDS = f"{names.PACKAGES}deploys/"
_KEY = re.compile(rf"{names.PACKAGES}[0-9a-f]{{64}}/[A-Za-z0-9._+-]+")


@dataclass(frozen=True)
class Stored:
    """An object of the artifacts bucket; `size` is in bytes."""

    key: str
    size: int
    modified: datetime


def require_own_bucket(project: Project, estate: Estate) -> None:
    """The artifacts bucket is the unit's alone. Raises `PlanError` PACKAGES_SHARED where configuration names one."""
    if estate.settings.artifacts is not None:
        problem = f"the bucket {estate.artifacts} was not made for {estate.unit} alone: others may need what is in it"
        fix = "leave out --prune, and let its owner decide what goes"
        raise PlanError(Fault("PACKAGES_SHARED", problem, of_unit(project, estate, "artifacts"), fix))


def remembered(account: Account, wanted: Wanted) -> None:
    """It is on record which templates the stack has until now."""
    templates = _in_use(account, wanted)
    if templates:
        key = f"{RECORDS}{uuid.uuid4().hex}.json"
        body = json.dumps({"templates": sorted(templates)}).encode()
        with explained("s3:PutObject", f"s3://{wanted.bucket}/{key}"):
            account.s3.put_object(Bucket=wanted.bucket, Key=key, Body=body, ExpectedBucketOwner=wanted.account)


def unused(account: Account, wanted: Wanted, now: datetime | None = None) -> tuple[Stored, ...]:
    """What is 30 days old, and in use by no deploy of that time nor by the one before the last.

    Raises `RunError` as `explained` does, also where a template is not there: nobody knows what it named.
    """
    since = (now or datetime.now(UTC)) - KEPT
    running = _in_use(account, wanted)  # before the records are read: what is replaced after this is on one of them
    if not running:
        return ()  # before the first deploy there is not even a bucket
    there = sorted(_listed(account, wanted), key=lambda one: one.modified, reverse=True)
    replaced = {one: _named(_read(account, wanted, one.key)) for one in there if one.key.startswith(RECORDS)}
    before = next((one for one, templates in replaced.items() if templates != running), None)
    records = [one for one in replaced if one.modified > since or one == before]
    templates = running.union(*(replaced[one] for one in records))
    needed = {one.key for one in records} | {one.key for one in wanted.parcels} | templates
    for template in sorted(templates):
        needed |= _named(_read(account, wanted, template))
    return tuple(one for one in there if one.modified < since and one.key not in needed)


def retired(account: Account, wanted: Wanted, found: Iterable[Stored]) -> None:
    """The objects are marked, if they are what they were; it may be cut off anywhere and done again."""
    from botocore.exceptions import ClientError

    marked = {"TagSet": [names.RETIRED]}
    for one in found:
        asked = {"Bucket": wanted.bucket, "Key": one.key, "ExpectedBucketOwner": wanted.account}
        with explained("s3:PutObjectVersionTagging", f"s3://{wanted.bucket}/{one.key}"):
            try:
                head = account.s3.head_object(**asked)
                if head["LastModified"] <= one.modified:
                    account.s3.put_object_tagging(**asked, VersionId=head["VersionId"], Tagging=marked)
            except ClientError as error:
                if code_of(error) not in ("404", "NoSuchKey", "NoSuchVersion"):
                    raise


def _in_use(account: Account, wanted: Wanted) -> frozenset[str]:
    """The keys of the templates that the stack consists of now; none where it is not there, or not made yet."""
    stack = standing(account.cloudformation, wanted.stack)
    if stack is None or stack.status == REVIEW:
        return frozenset()
    return _named(json.dumps(original(account.cloudformation, wanted.stack, wanted.stack)))


def _listed(account: Account, wanted: Wanted) -> Iterator[Stored]:
    asked = {"Bucket": wanted.bucket, "Prefix": names.PACKAGES, "ExpectedBucketOwner": wanted.account}
    with explained("s3:ListBucket", f"s3://{wanted.bucket}/{names.PACKAGES}"):
        pages = list(account.s3.get_paginator("list_objects_v2").paginate(**asked))
    for page in pages:
        for one in page.get("Contents", ()):
            yield Stored(one["Key"], one["Size"], one["LastModified"])


def _read(account: Account, wanted: Wanted, key: str) -> str:
    with explained("s3:GetObject", f"s3://{wanted.bucket}/{key}"):
        found = account.s3.get_object(Bucket=wanted.bucket, Key=key, ExpectedBucketOwner=wanted.account)
        return str(found["Body"].read(), "utf-8")


def _named(text: str) -> frozenset[str]:
    """The keys of packages and templates that the text names."""
    return frozenset(_KEY.findall(text))
