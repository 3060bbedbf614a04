"""The policy of a bucket that holds a domain's tables, and that of the key that encrypts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.policies.documents import Document, Statement, allow, document, given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.govern.policies.places import Place

READ = ["s3:GetObject"]
WRITE = ["s3:DeleteObject", "s3:PutObject"]


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
    return [allow("Objects", READ + (WRITE if write else []), [place.objects for place in places]), *listed]


def bucket(places: Sequence[Place], reader: str | None, key: str | None) -> Document:
    """The policy of one bucket, whose places these are: TLS only, one key, and the central `reader`, by ARN, to read.

    `reader` is the role by which the central account's Lake Formation reads data of another account, or None.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    """
    own = places[0].arn
    statements: list[Statement] = [
        {
            "Sid": "OnlyByTls",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["s3:*"],
            "Resource": [own, f"{own}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if key is not None:
        other = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key}}
        statements.append(
            {
                "Sid": "OnlyByThisKey",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": ["s3:PutObject"],
                "Resource": sorted(place.objects for place in places),
                "Condition": other,
            }
        )
    if reader is not None:
        statements += [given({"AWS": reader}, one) for one in reading(places, write=False)]
    return document(statements)


def key_use(role: str, key: str, region: str, *, write: bool) -> Statement:
    """What a registration role may do with the key: through S3 alone, as a statement of the key's policy."""
    actions = ["kms:Decrypt", "kms:DescribeKey"] + (["kms:Encrypt", "kms:GenerateDataKey"] if write else [])
    through = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
    sid = "Use" + "".join(part for part in role.title() if part.isalnum())[-60:]
    return given({"AWS": role}, allow(sid, actions, [key], through))
