"""What roles may do where the mesh keeps its own records: requests, decisions, what was applied, and who read what.

Each record is an object that is created once, with `If-None-Match`, and never removed. A request is a folder, and its
steps are numbered: whoever asks writes the first, whoever decides the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.policies.documents import Document, allow, deny, document, given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.govern.policies.documents import Conditions, Statement

ONCE: Conditions = {"Null": {"s3:if-none-match": "false"}}
ASKS = ("audit/*", "requests/??????????/0001.json")  # what a request is called has ten characters
DECIDES = ("audit/*", "requests/*")


def kept_records(store: str, key: str | None, region: str) -> list[Statement]:
    """What the role that governs may do with a store in S3, by its address; nothing for one on this machine.

    `key` is the ARN of what encrypts it, None where the bucket's own rule does: then that key has to let the role in.
    """
    return _held(store, key, region, "*", ("*",))


def of_people(store: str, key: str | None, region: str, *, decides: bool) -> list[Statement]:
    """What somebody may do there who asks for access and reads by it, or who also `decides` on requests."""
    return _held(store, key, region, "requests/*", DECIDES if decides else ASKS)


def let_in(store: str, asking: Sequence[str], deciding: Sequence[str]) -> Document:
    """The statements of the bucket's policy that let in these roles of other accounts, by ARN.

    And nobody at all, an administrator of the account included, writes a record twice or removes one.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    bucket, below = _place(store)
    kept = [f"{bucket}/{below}{one}/*" for one in ("applied", "audit", "requests")]
    unless: Conditions = {"Null": {"s3:if-none-match": "true"}}
    statements = [
        given({"AWS": "*"}, deny("RecordsAreWrittenOnce", ["s3:PutObject"], kept, unless)),
        given({"AWS": "*"}, deny("RecordsStay", ["s3:DeleteObject", "s3:DeleteObjectVersion"], kept)),
    ]
    for who, roles, decides in (("Ask", asking, False), ("Decide", deciding, True)):
        if roles:
            own = of_people(store, None, "", decides=decides)
            statements += [given({"AWS": list(roles)}, {**one, "Sid": f"{who}{one['Sid']}"}) for one in own]
    return document(statements)


def _held(store: str, key: str | None, region: str, read: str, written: Sequence[str]) -> list[Statement]:
    if not store.startswith("s3://"):
        return []
    bucket, below = _place(store)
    statements = [
        allow("Records", ["s3:GetObject"], [f"{bucket}/{below}{read}"]),
        allow("RecordsMade", ["s3:PutObject"], [f"{bucket}/{below}{one}" for one in written], ONCE),
        allow("RecordsList", ["s3:ListBucket"], [bucket], {"StringLike": {"s3:prefix": [f"{below}{read}"]}}),
    ]
    if key is not None:
        through = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
        statements.append(allow("RecordsKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key], through))
    return statements


def _place(store: str) -> tuple[str, str]:
    """The bucket's ARN, and what the keys of all records begin with."""
    bucket, _, prefix = store.removeprefix("s3://").strip("/").partition("/")
    return f"arn:aws:s3:::{bucket}", f"{prefix}/" if prefix else ""
