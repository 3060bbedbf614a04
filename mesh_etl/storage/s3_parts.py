"""Objects that are too large for one request: sent in parts, and copied in parts by S3 itself.

An upload in parts is no object before it is completed. One that fails is aborted; one whose process dies leaves parts
that nobody sees, until `S3Storage.abort` or a lifecycle rule of the bucket removes them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, BinaryIO

from mesh_etl.stores.s3 import split

PART_BYTES = 64 << 20
COPY_BYTES = 1 << 30
_MOST_PARTS = 10_000
_AT_ONCE = 4

Part = dict[str, Any]


def uploaded(
    client: Any, file: BinaryIO, size: int, path: str, encryption: Mapping[str, Any], owner: Mapping[str, str]
) -> None:
    """The file's bytes are the object; each part was compared with a checksum."""
    bucket, key = split(path)
    step = max(PART_BYTES, -(-size // _MOST_PARTS))
    lock = threading.Lock()

    def send(upload: str, number: int, start: int) -> Part:
        with lock:
            file.seek(start)
            body = file.read(step)
        sent = client.upload_part(
            Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body, ChecksumAlgorithm="CRC32", **owner
        )
        return {"ETag": sent["ETag"], **({"ChecksumCRC32": sent["ChecksumCRC32"]} if "ChecksumCRC32" in sent else {})}

    _in_parts(client, path, range(0, size, step), send, {"ChecksumAlgorithm": "CRC32", **encryption}, owner)


def copied(client: Any, source: str, target: str, options: Mapping[str, Any], owner: Mapping[str, str]) -> None:
    """The target has the source's bytes. One request copies up to 5 GB; beyond, S3 refuses it and copies parts."""
    from botocore.exceptions import ClientError

    from_bucket, from_key = split(source)
    bucket, key = split(target)
    whence = {"CopySource": {"Bucket": from_bucket, "Key": from_key}}
    if owner:
        whence["ExpectedSourceBucketOwner"] = owner["ExpectedBucketOwner"]  # type: ignore[assignment]
    try:
        client.copy_object(Bucket=bucket, Key=key, **whence, **options)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("InvalidRequest", "EntityTooLarge"):
            raise
        _copied_in_parts(client, source, target, whence, options, owner)


def _copied_in_parts(
    client: Any,
    source: str,
    target: str,
    whence: Mapping[str, Any],
    options: Mapping[str, Any],
    owner: Mapping[str, str],
) -> None:
    from_bucket, from_key = split(source)
    bucket, key = split(target)
    facts = client.head_object(Bucket=from_bucket, Key=from_key, **owner)
    size = facts["ContentLength"]
    step = max(COPY_BYTES, -(-size // _MOST_PARTS))

    def send(upload: str, number: int, start: int) -> Part:
        end = min(start + step, size) - 1
        sent = client.upload_part_copy(
            Bucket=bucket,
            Key=key,
            UploadId=upload,
            PartNumber=number,
            CopySourceRange=f"bytes={start}-{end}",
            CopySourceIfMatch=facts["ETag"],
            **whence,
            **owner,
        )
        return {"ETag": sent["CopyPartResult"]["ETag"]}

    encryption = {name: value for name, value in options.items() if name not in owner}
    _in_parts(client, target, range(0, size, step), send, encryption, owner)


def _in_parts(
    client: Any,
    path: str,
    starts: range,
    send: Callable[[str, int, int], Part],
    options: Mapping[str, Any],
    owner: Mapping[str, str],
) -> None:
    """The object is made of the parts that `send` sends, or the upload is aborted."""
    bucket, key = split(path)
    upload = client.create_multipart_upload(Bucket=bucket, Key=key, **options, **owner)["UploadId"]
    try:
        with ThreadPoolExecutor(_AT_ONCE, "part") as pool:
            sent = pool.map(lambda one: send(upload, *one), [(at + 1, start) for at, start in enumerate(starts)])
            parts = [{"PartNumber": at + 1, **part} for at, part in enumerate(sent)]
        client.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, **owner
        )
    except BaseException:
        with suppress(Exception):  # what was wrong is raised; parts are removed by the bucket's rule
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, **owner)
        raise
