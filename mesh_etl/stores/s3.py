"""Objects in S3, read in ranges and only in the version that was pinned.

Credentials, region and endpoint are found as AWS's own tools find them: from the environment, the profile or the
role of the job (`AWS_ENDPOINT_URL_S3` names another server).
"""

from __future__ import annotations

import fnmatch
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from mesh_etl.errors import Fault, MeshError, PlanError, RunError
from mesh_etl.stores.base import InputFile

if TYPE_CHECKING:
    import pyarrow as pa

RANGE_BYTES = 8 << 20
_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class S3Store:
    """Objects of any bucket; the version of an object is its ETag, and each read asks for that very ETag."""

    def find(self, address: str) -> list[InputFile]:
        bucket, key = split(address)
        magic = _MAGIC.search(key)
        if magic:
            wanted = re.compile(_pattern(key))
            return [one for one in self._listed(bucket, key[: magic.start()]) if wanted.fullmatch(split(one.path)[1])]
        folder = key if key.endswith("/") or not key else f"{key}/"
        found = [] if key.endswith("/") or not key else [one for one in self._listed(bucket, key, key)]
        return found or [one for one in self._listed(bucket, folder) if "/" not in split(one.path)[1][len(folder) :]]

    def _listed(self, bucket: str, prefix: str, only: str | None = None) -> Iterator[InputFile]:
        """Visible objects below the prefix, in the order of their keys; with `only` that object, where it exists."""
        with _explained(f"s3://{bucket}/{prefix}", PlanError):
            pages = client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for page in pages:
                for one in page.get("Contents", ()):
                    key = one["Key"]
                    if only is not None and key > only:
                        return
                    hidden = only is None and key.rpartition("/")[2].startswith((".", "_"))
                    if not hidden and not key.endswith("/") and only in (None, key):
                        yield InputFile(f"s3://{bucket}/{key}", one["Size"], f"etag:{one['ETag']}", self)

    def beside(self, address: str) -> list[str] | None:
        bucket, key = split(address)
        folder = key.rpartition("/")[0]
        prefix = f"{folder}/" if folder else ""
        with _explained(address, PlanError):
            page = client().list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=1000)
        names = [one["Key"][len(prefix) :] for one in page.get("Contents", ())]
        names += [one["Prefix"][len(prefix) :].rstrip("/") for one in page.get("CommonPrefixes", ())]
        return [name for name in names if name] or None

    def stands(self, file: InputFile) -> bool:
        from botocore.exceptions import ClientError

        bucket, key = split(file.path)
        with _explained(file.path, RunError):
            try:
                facts = client().head_object(Bucket=bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
                    return False
                raise
        return (facts["ContentLength"], f"etag:{facts['ETag']}") == (file.size, file.version)

    def open(self, file: InputFile) -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_Object(file), RANGE_BYTES))

    def native(self, file: InputFile) -> pa.NativeFile:
        import pyarrow as pa

        return pa.PythonFile(self.open(file), "r")


class _Object(io.RawIOBase):
    """One version of an object; every read is a range request that fails when the object is another one by now."""

    def __init__(self, file: InputFile) -> None:
        self.file = file
        self.bucket, self.key = split(file.path)
        self.position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.file.size}[whence]
        self.position = max(0, base + offset)
        return self.position

    def readinto(self, buffer: Any) -> int:
        last = min(self.position + len(buffer), self.file.size) - 1
        if last < self.position:
            return 0
        with _explained(self.file.path, RunError):
            answer = client().get_object(
                Bucket=self.bucket,
                Key=self.key,
                Range=f"bytes={self.position}-{last}",
                IfMatch=self.file.version.removeprefix("etag:"),
            )
            data = answer["Body"].read()
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


@cache
def client() -> Any:
    """The S3 client of this process."""
    import boto3
    from botocore.config import Config

    return boto3.client("s3", config=Config(retries={"mode": "standard", "max_attempts": 5}))


def split(address: str) -> tuple[str, str]:
    """Bucket and key of an address. Raises `PlanError` BAD_ADDRESS."""
    match = re.fullmatch(r"s3a?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", address, re.DOTALL)
    if not match:
        fix = "write it as s3://bucket/folder/name"
        raise PlanError(Fault("BAD_ADDRESS", "the address names no bucket", address, fix))
    return match[1], match[2] or ""


def _pattern(key: str) -> str:
    """The regular expression of a pattern in which `*` stays within a folder and `**` does not."""
    parts = []
    for part in re.split(r"(\*\*/?|\*|\?|\[[^\]]+\])", key):
        known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        parts.append(known.get(part) or (fnmatch.translate(part)[4:-3] if part.startswith("[") else re.escape(part)))
    return "".join(parts)


class _explained:
    """What AWS refuses in this block is raised as a coded error of the given kind."""

    def __init__(self, address: str, kind: type[MeshError]) -> None:
        self.address, self.kind = address, kind

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        if not isinstance(error, (ClientError, BotoCoreError)):
            return
        raise self._translated(error) from None

    def _translated(self, error: Any) -> MeshError:
        response = getattr(error, "response", {})
        code = response.get("Error", {}).get("Code", type(error).__name__)
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in ("PreconditionFailed", "412"):
            problem, fix = "the object has changed since the run began", "run again once it is complete"
            return RunError(Fault("INPUT_CHANGED", problem, self.address, fix), retryable=True)
        if code in ("NoSuchKey", "404"):
            problem, fix = (
                "the object was there when the run began and is gone",
                "run again: what is there then is read",
            )
            return RunError(Fault("INPUT_MISSING", problem, self.address, fix), retryable=True)
        if code == "NoSuchBucket":
            return self.kind(Fault("INPUT_MISSING", "there is no such bucket", self.address, "check the address"))
        if status in (401, 403) or code in ("NoCredentialsError", "AccessDenied"):
            fix = "allow s3:ListBucket on the bucket and s3:GetObject on its objects, and check the credentials"
            return self.kind(Fault("ACCESS_DENIED", f"S3 refuses access ({code})", self.address, fix))
        fix = "run again; if it lasts, check the network and AWS_ENDPOINT_URL_S3"
        return self.kind(
            Fault("STORAGE_FAILED", f"S3 does not answer as it should ({code})", self.address, fix), retryable=True
        )
