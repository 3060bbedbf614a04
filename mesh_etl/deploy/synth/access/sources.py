"""What a job may read: the places of its sources in S3, and nothing beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from mesh_etl.deploy.synth.places import S3
from mesh_etl.govern.policies.documents import Conditions, Statement, allow
from mesh_etl.sources.files import stated
from mesh_etl.stores.pattern import is_pattern, matcher

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.config.governance.accounts import Account


@dataclass(frozen=True, order=True)
class Read:
    """Keys of a bucket that a source reads, in IAM's pattern, where `*` stands for any text."""

    bucket: str
    keys: str

    @property
    def arn(self) -> str:
        """The objects, as IAM names them."""
        return f"arn:aws:s3:::{self.bucket}/{self.keys}"


def reads(jobs: Iterable[LoadedJob]) -> tuple[Read, ...]:
    """What the sources of the jobs read from S3, each once in order."""
    sources = [source for job in jobs for source in (job.job.source, *job.job.inputs.values())]
    return tuple(sorted({one for source in sources for path in stated(source) for one in _of(path)}))


def reading(found: Iterable[Read], account: Account) -> list[Statement]:
    """The statements that let a role read these places, and use the keys that their objects are encrypted by.

    What encrypts a source is not ours to know: the right to a key is bound to S3 and to these very objects.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
    """
    places = list(found)
    if not places:
        return []
    statements = [allow("SourceObjects", ["s3:GetObject"], [one.arn for one in places])]
    for number, (bucket, inside) in enumerate(groupby(places, lambda one: one.bucket), start=1):
        when = {"StringLike": {"s3:prefix": sorted({one.keys for one in inside})}}
        statements.append(allow(f"SourceList{number}", ["s3:ListBucket"], [f"arn:aws:s3:::{bucket}"], when))
    buckets = {f"arn:aws:s3:::{one.bucket}" for one in places}
    decrypting: Conditions = {
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": sorted({*buckets, *(one.arn for one in places)})},
        "StringEquals": {"kms:ViaService": f"s3.{account.region}.amazonaws.com"},
    }
    keys = [f"arn:aws:kms:{account.region}:*:key/*"]
    return [*statements, allow("SourceKeys", ["kms:Decrypt"], keys, decrypting)]


def _of(path: str) -> Iterator[Read]:
    """A pattern is listed by what all of its names begin with; any other path may be a file, or a folder."""
    if not path.startswith(S3):
        return
    bucket, _, key = path.removeprefix(S3).partition("/")
    if is_pattern(key):
        yield Read(bucket, f"{matcher(key)[0]}*")
    elif not key or key.endswith("/"):
        yield Read(bucket, f"{key}*")
    else:
        yield from (Read(bucket, key), Read(bucket, f"{key}/*"))
