"""A table in S3: objects that are whole or not there, and a commit that S3 itself decides.

`PutObject` with `If-None-Match: *` creates an object for one writer alone (Amazon S3 user guide, "How to prevent object
overwrites with conditional writes"): the other one is answered 412, or 409 while the two are under way.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mesh_etl.errors import Fault, RunError
from mesh_etl.placeholder import require_set
from mesh_etl.storage.base import OutcomeUnknown, Stored
from mesh_etl.storage.s3_faults import coded, explained, is_definite
from mesh_etl.storage.s3_parts import PART_BYTES, copied, uploaded
from mesh_etl.stores import InputFile
from mesh_etl.stores.s3 import FIRST_BYTES, S3Object, client, split
from mesh_etl.stores.s3_table import S3TableStore

if TYPE_CHECKING:
    import pyarrow as pa

_CLASHES = 6  # creates that S3 answers with 409 before the outcome is called unknown
_PAUSE = 0.05  # seconds after the first of them; twice as long after each further one
_DELETE = 1_000  # objects in one DeleteObjects


@dataclass(frozen=True)
class S3Storage:
    """Objects below a prefix of a bucket.

    With `kms_key` every object is encrypted by it, with the bucket's own key derived from it (S3 Bucket Keys); else as
    the bucket says. With `bucket_owner`, an account, S3 refuses each request to a bucket of another one. With `table`,
    an ARN, they are read by the credentials that Lake Formation gives for that table of the catalogue.
    """

    at_once: ClassVar[int] = 8  # a call is mostly waiting

    kms_key: str | None = None
    bucket_owner: str | None = None
    profile: str | None = None
    region: str | None = None
    table: str | None = None

    @property
    def client(self) -> Any:
        """The client of this process. Raises as `require_set` does for the owner, and as `stores.s3.client` does."""
        require_set(self.bucket_owner)
        return client(self.profile, self.region, self.table) if self.profile or self.region or self.table else client()

    @property
    def owner(self) -> dict[str, str]:
        """What every request says of the bucket's owner."""
        return {"ExpectedBucketOwner": self.bucket_owner} if self.bucket_owner else {}

    @property
    def encryption(self) -> dict[str, Any]:
        """What every request that writes says of the encryption."""
        if not self.kms_key:
            return {}
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.kms_key, "BucketKeyEnabled": True}

    def create(self, path: str, content: bytes) -> bool:
        """S3 decides who creates it: 412 says that it is there, which may be by a request of ours that was repeated."""
        from botocore.exceptions import BotoCoreError, ClientError

        bucket, key = split(path)
        made = {"Body": content, "ChecksumAlgorithm": "SHA256", **self.encryption, **self.owner}
        s3 = self.client
        for clash in range(_CLASHES):
            try:
                s3.put_object(Bucket=bucket, Key=key, IfNoneMatch="*", **made)
                return True
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in ("PreconditionFailed", "412"):
                    return False
                if code != "ConditionalRequestConflict":
                    if not is_definite(error):
                        raise OutcomeUnknown from error
                    raise coded(error, path) from None
            except BotoCoreError as error:
                if not is_definite(error):
                    raise OutcomeUnknown from error
                raise coded(error, path) from None
            time.sleep(_PAUSE * 2**clash)
        raise OutcomeUnknown

    def read(self, path: str) -> bytes | None:
        with contextlib.suppress(FileNotFoundError):
            return self._opened(path).read()
        return None

    def names(self, folder: str, after: str = "") -> list[str]:
        prefix = f"{split(folder)[1]}/"
        start = {"StartAfter": prefix + after} if after else {}
        found = []
        for page in self._pages(folder, Delimiter="/", **start):
            found += [one["Key"][len(prefix) :] for one in page.get("Contents", ())]
            found += [one["Prefix"][len(prefix) : -1] for one in page.get("CommonPrefixes", ())]
        return sorted(name for name in found if name and name > after)

    def walk(self, folder: str) -> Iterator[Stored]:
        bucket = split(folder)[0]
        for page in self._pages(folder):
            for one in page.get("Contents", ()):
                yield Stored(f"s3://{bucket}/{one['Key']}", one["Size"], one["LastModified"])

    def carry(self, source: str, target: str) -> None:
        """S3 copies it; nothing comes here."""
        with explained(target):
            copied(self.client, source, target, {**self.encryption, **self.owner}, self.owner)

    @contextlib.contextmanager
    def writing(self, path: str, private: bool = False) -> Iterator[str]:
        """Written to a file of this machine that its owner alone may read, and sent whole, with a checksum.

        Who may read the object is for the bucket's policy to say.
        """
        with tempfile.TemporaryDirectory(prefix="mesh-etl-") as folder:
            local = os.path.join(folder, path.rpartition("/")[2])
            yield local
            bucket, key = split(path)
            with explained(path), open(local, "rb") as file:
                size = os.path.getsize(local)
                if size > PART_BYTES:
                    uploaded(self.client, file, size, path, self.encryption, self.owner)
                else:
                    wanted = {"ChecksumAlgorithm": "CRC32", **self.encryption, **self.owner}
                    self.client.put_object(Bucket=bucket, Key=key, Body=file, **wanted)

    def open(self, path: str) -> pa.NativeFile:
        """Read in ranges; one request brings the end, where formats keep what a reader asks for first."""
        import pyarrow as pa

        return pa.PythonFile(self._opened(path), "r")

    def file(
        self, path: str, size: int, constants: tuple[tuple[str, str | None], ...] = (), address: str = ""
    ) -> InputFile:
        store = S3TableStore(path, tuple(self.owner.items()), self.profile, self.region, self.table)
        return InputFile(address or path, size, "immutable", store, constants)

    def remove(self, path: str) -> None:
        bucket, key = split(path)
        if not key:
            fix = "give the tables a folder of the bucket: warehouse: s3://bucket/folder"
            raise RunError(Fault("STORAGE_FAILED", "a whole bucket is never removed", path, fix))
        keys = [one.path.removeprefix(f"s3://{bucket}/") for one in self.walk(path)]
        for start in range(0, len(keys), _DELETE):
            self._deleted(path, bucket, keys[start : start + _DELETE])
        with explained(path):
            self.client.delete_object(Bucket=bucket, Key=key, **self.owner)

    def uploads(self, folder: str) -> Iterator[Stored]:
        bucket, key = split(folder)
        for one in self._uploads(bucket, f"{key}/"):
            yield Stored(f"s3://{bucket}/{one['Key']}", 0, one["Initiated"])

    def abort(self, path: str) -> None:
        bucket, key = split(path)
        for one in self._uploads(bucket, key):
            if one["Key"] == key:
                with explained(path), contextlib.suppress(self.client.exceptions.NoSuchUpload):
                    self.client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=one["UploadId"], **self.owner)

    def _uploads(self, bucket: str, prefix: str) -> Iterator[Any]:
        pages = self.client.get_paginator("list_multipart_uploads")
        with explained(f"s3://{bucket}/{prefix}"):
            for page in pages.paginate(Bucket=bucket, Prefix=prefix, **self.owner):
                yield from page.get("Uploads", ())

    def _deleted(self, path: str, bucket: str, keys: list[str]) -> None:
        """None of the objects is there. Raises `RunError` where S3 keeps one: it tells so inside an answer of 200."""
        wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        with explained(path):
            answer = self.client.delete_objects(Bucket=bucket, Delete=wanted, **self.owner)
        kept = answer.get("Errors", ())
        if kept:
            code = str(kept[0].get("Code", ""))
            problem = f"S3 did not delete {len(kept):,} of {len(keys):,} objects ({code})"
            if code == "AccessDenied":
                raise RunError(Fault("ACCESS_DENIED", problem, path, "allow s3:DeleteObject on the prefix"))
            raise RunError(Fault("STORAGE_FAILED", problem, path, "run again"), retryable=True)

    def _pages(self, folder: str, **options: Any) -> Iterator[Any]:
        bucket, key = split(folder)
        token: dict[str, str] = {}
        while True:
            with explained(folder):
                page = self.client.list_objects_v2(Bucket=bucket, Prefix=f"{key}/", **options, **token, **self.owner)
            yield page
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def _opened(self, path: str) -> S3Object:
        """The object as it is now, with its end. Raises `FileNotFoundError`."""
        from botocore.exceptions import ClientError

        bucket, key = split(path)
        with explained(path):
            try:
                answer = self.client.get_object(Bucket=bucket, Key=key, Range=f"bytes=-{FIRST_BYTES}", **self.owner)
                tail = answer["Body"].read()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in ("NoSuchKey", "404"):
                    raise FileNotFoundError(path) from None
                if code in ("InvalidRange", "416"):  # it has no bytes
                    return S3Object(self.client, path, 0, self.owner)
                raise
        size = int(answer.get("ContentRange", f"/{len(tail)}").rpartition("/")[2])
        return S3Object(self.client, path, size, {**self.owner, "IfMatch": answer["ETag"]}, tail)
