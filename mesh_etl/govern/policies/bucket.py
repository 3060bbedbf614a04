"""The policy of a bucket that holds a domain's tables, and that of the key that encrypts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.govern.policies.documents import Document, Statement, allow, document, given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.govern.policies.places import Place

READ = ["s3:GetObject"]
WRITE = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]
# What a ledger keeps for good: entries, whose names are numbers of twenty digits, and what they name by its hash.
LEDGER_KEPT = ("_ledger/0*", "_ledger/contracts/*", "_ledger/entries/*")


def reading(places: Sequence[Place], *, write: bool) -> list[Statement]:
    """What a registration role may do with the objects of these places, as statements of its own policy."""
    buckets = sorted({place.bucket for place in places})
    listed = [
        allow(
            f"List{number}",
            ["s3:ListBucket"],
            [f"arn:aws:s3:::{bucket}"],
            {"StringLike": {"s3:prefix": sorted(f"{one.prefix}*" for one in places if one.bucket == bucket)}},
        )
        for number, bucket in enumerate(buckets, start=1)
    ]
    made = [allow("Objects", READ + (WRITE if write else []), [place.objects for place in places]), *listed]
    if write:  # S3 knows no prefix here
        made.append(allow("Uploads", ["s3:ListBucketMultipartUploads"], [place.arn for place in places]))
    return made


def ledger(places: Sequence[Place]) -> list[Statement]:
    """What S3 itself sees to in the ledgers of these places: nothing there is written twice, and no entry is removed.

    A commit is one `PutObject` with `If-None-Match`. The parts of an upload cannot have that header, its completion
    can: `s3:ObjectCreationOperation` tells them apart. Checkpoints are made anew from the entries, and may go.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    return [
        {
            "Sid": "LedgerIsWrittenOnce",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["s3:PutObject"],
            "Resource": sorted(f"{place.objects}/_ledger/*" for place in places),
            "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
        },
        {
            "Sid": "LedgerStays",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
            "Resource": kept(places),
        },
    ]


def kept(places: Sequence[Place]) -> list[str]:
    """The objects of the ledgers of these places that nobody removes, as ARNs."""
    return sorted(f"{place.objects}/{one}" for place in places for one in LEDGER_KEPT)


def by_tls(bucket: str) -> Statement:
    """Nobody comes to the bucket, by ARN, over a connection that others could read."""
    return {
        "Sid": "OnlyByTls",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:*"],
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def by_this_key(objects: Sequence[str], key: Any) -> list[Statement]:
    """No object there is written with another key than this; who names none writes with the bucket's own.

    `key` is its ARN, or what CloudFormation finds it by. That a key is named has to be asked for apart: what is not
    there is unlike everything, and the parts of an upload name none.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    return [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["s3:PutObject"],
            "Resource": list(objects),
            "Condition": {"StringNotEquals": {header: value}, "Null": {header: "false"}},
        }
        for sid, header, value in (
            ("OnlyByKms", "s3:x-amz-server-side-encryption", "aws:kms"),
            ("OnlyByThisKey", "s3:x-amz-server-side-encryption-aws-kms-key-id", key),
        )
    ]


def bucket(places: Sequence[Place], reader: str | None, key: Any) -> Document:
    """The policy of one bucket, whose places these are: TLS only, one key, ledgers that stay, and the central `reader`,
    by ARN, to read.

    `reader` is the role by which the central account's Lake Formation reads data of another account, or None.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    """
    own = places[0].arn
    statements = [by_tls(own)]
    if key is not None:
        statements += by_this_key(sorted(place.objects for place in places), key)
    statements += ledger(places)
    if reader is not None:
        statements += [given({"AWS": reader}, one) for one in reading(places, write=False)]
    return document(statements)


def key_use(role: str, key: str, region: str, *, write: bool) -> Statement:
    """What a registration role may do with the key: through S3 alone, as a statement of the key's policy."""
    actions = ["kms:Decrypt", "kms:DescribeKey"] + (["kms:Encrypt", "kms:GenerateDataKey"] if write else [])
    through = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
    sid = "Use" + "".join(part for part in role.title() if part.isalnum())[-60:]
    return given({"AWS": role}, allow(sid, actions, [key], through))
