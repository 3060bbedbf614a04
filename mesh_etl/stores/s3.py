"""Objects in S3, read in ranges and only in the version that was pinned.

Credentials, region and endpoint are found as AWS's own tools find them: from the environment, the profile or the
role of the job (`AWS_ENDPOINT_URL_S3` names another server).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from mesh_etl.errors import Fault, MeshError, PlanError, RunError
from mesh_etl.stores.base import InputFile, Noted
from mesh_etl.stores.pattern import is_hidden, is_pattern, matcher
from mesh_etl.stores.s3_vended import refreshed

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_BYTES = 256 << 10
RANGE_BYTES = 8 << 20
PEEK_BYTES = 8 << 10
ATTEMPTS = 5


@dataclass(frozen=True)
class S3Store:
    """Objects of any bucket; the version of an object is its ETag, and each read asks for that very ETag."""

    def find(self, address: str) -> list[InputFile]:
        bucket, key = split(address)
        if key and not key.endswith("/"):
            # Whatever begins with this key comes after it.
            for one in self._listed(bucket, key, MaxKeys=1):
                if split(one.path)[1] == key:
                    return [one]
        if is_pattern(key):
            fixed, matches = matcher(key)
            deep = "/" in key[len(fixed) :] or "**" in key
            found = self._listed(bucket, fixed, **({} if deep else {"Delimiter": "/"}))
            return [one for one in found if matches(split(one.path)[1])]
        folder = key if key.endswith("/") or not key else f"{key}/"
        return [one for one in self._listed(bucket, folder, Delimiter="/") if not is_hidden(one.path)]

    def _listed(self, bucket: str, prefix: str, **options: Any) -> Iterator[InputFile]:
        """The objects below the prefix in the order of their keys, without what marks a folder in some tools."""
        address = f"s3://{bucket}/{prefix}"
        token: dict[str, str] = {}
        while True:
            with _explained(address, PlanError):
                page = client().list_objects_v2(Bucket=bucket, Prefix=prefix, **token, **options)
            for one in page.get("Contents", ()):
                if not one["Key"].endswith(("/", "_$folder$")):
                    yield InputFile(f"s3://{bucket}/{one['Key']}", one["Size"], f"etag:{one['ETag']}", self)
            if "MaxKeys" in options or not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def beside(self, address: str) -> list[str] | None:
        bucket, key = split(address)
        folder = key.rstrip("/").rpartition("/")[0]
        prefix = f"{folder}/" if folder else ""
        try:
            with _explained(address, PlanError):
                page = client().list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=1000)
        except PlanError as error:
            if error.code == "ACCESS_DENIED":  # a role may list what it reads, and not what lies beside it
                return None
            raise
        names = [one["Key"][len(prefix) :] for one in page.get("Contents", ())]
        names += [one["Prefix"][len(prefix) :].rstrip("/") for one in page.get("CommonPrefixes", ())]
        return [name for name in names if name] or None

    def stands(self, file: InputFile) -> bool:
        """Whatever was read was the pinned version: no request is answered with another one."""
        return True

    def noted(self, file: InputFile) -> Noted:
        bucket, key = split(file.path)
        with _explained(file.path, RunError):
            facts = client().head_object(Bucket=bucket, Key=key, IfMatch=file.version.removeprefix("etag:"))
        moment = round(facts["LastModified"].timestamp()) * 1_000_000  # S3 tells whole seconds
        return Noted(moment, tuple(sorted(facts["Metadata"].items())))

    def open(self, file: InputFile) -> BinaryIO:
        match = {"IfMatch": file.version.removeprefix("etag:")}
        return cast("BinaryIO", S3Object(client(), file.path, file.size, match))

    def native(self, file: InputFile) -> pa.NativeFile:
        import pyarrow as pa

        return pa.PythonFile(self.open(file), "r")


class S3Object(io.BufferedIOBase):
    """The bytes of an object; `conditions` go with every request, such as the version that it must still have.

    A first request brings what was asked for, or `FIRST_BYTES`; those that go on from there bring ahead as much as has
    been read in one go, at most `RANGE_BYTES`. So whoever reads it all needs few requests, and whoever reads a column
    here and there gets little else. An object of no more than `FIRST_BYTES` comes whole. `tail` is what is held of its
    end already.
    """

    def __init__(
        self, client: Any, path: str, size: int, conditions: Mapping[str, str] = MappingProxyType({}), tail: bytes = b""
    ) -> None:
        self.client = client
        self.path, self.size = path, size
        self.bucket, self.key = split(path)
        self.conditions = conditions
        self.position = 0
        self.held, self.held_from = tail, size - len(tail)
        self.run_from = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The position, in bytes from the begin."""
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The position is there; nothing is asked of S3."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the begin of the object")
        self.position = base + offset
        return self.position

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, `size` of them or all that are left. Raises `RunError` as `S3Store.open` does."""
        left = max(0, self.size - self.position)
        left = left if size is None or size < 0 else min(size, left)
        parts = []
        while left:
            part = self._here(left)
            parts.append(part)
            left -= len(part)
            self.position += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def read1(self, size: int = -1, /) -> bytes:
        """As `read`, with at most `RANGE_BYTES` where no size is given."""
        return self.read(RANGE_BYTES if size < 0 else size)

    def peek(self, size: int = 0, /) -> bytes:
        """Some bytes at the position, which stays; `readline` asks for them."""
        return self._here(PEEK_BYTES) if self.position < self.size else b""

    def _here(self, size: int) -> bytes:
        """At most `size` bytes at the position, at least one."""
        offset = self.position - self.held_from
        if not 0 <= offset < len(self.held):
            if self.position != self.held_from + len(self.held):
                self.run_from = self.position
            start = self.position if self.size > FIRST_BYTES else 0
            ahead = max(FIRST_BYTES, self.position - self.run_from)
            end = min(start + min(max(size, ahead), RANGE_BYTES), self.size)
            self.held, self.held_from = self._fetched(start, end), start
            offset = self.position - start
        return self.held[offset : offset + size]

    def _fetched(self, start: int, end: int) -> bytes:
        from botocore.exceptions import HTTPClientError, IncompleteReadError

        with _explained(self.path, RunError):
            for attempt in range(ATTEMPTS):
                answer = self.client.get_object(
                    Bucket=self.bucket, Key=self.key, Range=f"bytes={start}-{end - 1}", **self.conditions
                )
                try:
                    data: bytes = answer["Body"].read()  # the client repeats a request, but no answer that breaks off
                except (HTTPClientError, IncompleteReadError):
                    if attempt == ATTEMPTS - 1:
                        raise
                else:
                    break
        if len(data) != end - start:
            raise _unanswered(RunError, "another range than was asked for", self.path)
        return data


@cache
def client(profile: str | None = None, region: str | None = None, table: str | None = None) -> Any:
    """The S3 client of this process, by a profile and in a region where they are given.

    With `table`, the ARN of one in the catalogue, it has the credentials that Lake Formation gives for its files.
    Raises as `s3_vended.refreshed` does, and `RunError`: AWS_MISSING, ENDPOINT_INVALID for what is no endpoint, and
    ENDPOINT_OPEN for one that would send data over a network unencrypted.
    """
    try:
        from botocore.config import Config
        from botocore.exceptions import ProfileNotFound
        from botocore.session import Session
    except ImportError:
        raise RunError(Fault("AWS_MISSING", "boto3 is not installed", fix="pip install 'mesh_etl[aws]'")) from None

    config = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS}, max_pool_connections=64)
    fix = "write it as https://host:port"
    try:
        session = Session(profile=profile)
        if table is not None:
            session._credentials = refreshed(session, table)  # botocore has no public way to give it what it refreshes
        made = session.create_client("s3", region_name=region, config=config)
    except ValueError:
        raise RunError(Fault("ENDPOINT_INVALID", "no server can have this name", "AWS_ENDPOINT_URL_S3", fix)) from None
    except ProfileNotFound:
        problem = f"there is no profile '{profile}' for S3"
        raise RunError(Fault("AWS_CREDENTIALS", problem, fix="sign in, or change it in configs/env")) from None
    endpoint = urlsplit(made.meta.endpoint_url)
    if endpoint.scheme != "https" and endpoint.hostname not in ("localhost", "127.0.0.1", "::1"):
        problem = "data would travel to this server unencrypted"
        raise RunError(Fault("ENDPOINT_OPEN", problem, "AWS_ENDPOINT_URL_S3", fix))
    return made


def split(address: str) -> tuple[str, str]:
    """Bucket and key of an address. Raises `PlanError` BAD_ADDRESS."""
    match = re.fullmatch(r"s3a?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", address, re.DOTALL)
    if not match:
        fix = "write it as s3://bucket/folder/name"
        raise PlanError(Fault("BAD_ADDRESS", "the address names no bucket", address, fix))
    return match[1], match[2] or ""


@contextmanager
def _explained(address: str, kind: type[MeshError]) -> Iterator[None]:
    """What AWS refuses in this block is raised as a coded error of the given kind."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise _translated(error, address, kind) from None


def _translated(error: Any, address: str, kind: type[MeshError]) -> MeshError:
    response = getattr(error, "response", None) or {}
    code = response.get("Error", {}).get("Code", type(error).__name__)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in ("PreconditionFailed", "412"):
        problem, fix = "the object has changed since the run began", "run again once it is complete"
        return RunError(Fault("INPUT_CHANGED", problem, address, fix), retryable=True)
    if code in ("NoSuchKey", "404"):
        problem, fix = "the object was there when the run began and is gone", "run again: what is there then is read"
        return RunError(Fault("INPUT_MISSING", problem, address, fix), retryable=True)
    if code == "NoSuchBucket":
        return kind(Fault("INPUT_MISSING", "there is no such bucket", address, "check the address"))
    if code == "InvalidObjectState":
        fix = "restore it, then run again"
        return kind(Fault("INPUT_ARCHIVED", "the object is in an archive and cannot be read", address, fix))
    if code in ("NoCredentialsError", "PartialCredentialsError"):
        fix = "sign in (aws sso login, or export AWS_PROFILE=NAME)"
        return kind(Fault("ACCESS_DENIED", f"there are no credentials for S3 ({code})", address, fix))
    if status in (401, 403) or code in ("ExpiredToken", "InvalidToken", "TokenRefreshRequired"):
        fix = "allow s3:ListBucket on the bucket and s3:GetObject on its objects, and check the credentials"
        return kind(Fault("ACCESS_DENIED", f"S3 refuses access ({code})", address, fix))
    return _unanswered(kind, code, address)


def _unanswered(kind: type[MeshError], what: str, address: str) -> MeshError:
    problem, fix = (
        f"S3 does not answer as it should ({what})",
        "run again; if it lasts, check the network and the endpoint",
    )
    return kind(Fault("STORAGE_FAILED", problem, address, fix), retryable=True)
