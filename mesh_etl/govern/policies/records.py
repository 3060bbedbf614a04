"""What the role that governs may do where the mesh keeps its own records: requests, decisions, and what was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.policies.documents import allow

if TYPE_CHECKING:
    from mesh_etl.govern.policies.documents import Statement


def kept_records(store: str, key: str | None, region: str) -> list[Statement]:
    """The statements for a store in S3, by its address; none for one on this machine.

    A record is created once and never removed. `key` is the ARN of what encrypts it, None where the bucket's own rule
    does: then that key has to let the role in.
    """
    if not store.startswith("s3://"):
        return []
    bucket, _, prefix = store.removeprefix("s3://").strip("/").partition("/")
    below = f"{prefix}/*" if prefix else "*"
    place = f"arn:aws:s3:::{bucket}"
    statements = [
        allow("Records", ["s3:GetObject", "s3:PutObject"], [f"{place}/{below}"]),
        allow("RecordsList", ["s3:ListBucket"], [place], {"StringLike": {"s3:prefix": [below]}}),
    ]
    if key is not None:
        through = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
        statements.append(allow("RecordsKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key], through))
    return statements
