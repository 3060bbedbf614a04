"""What S3 refuses, as coded errors; and what can be known of a write that it did not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mesh_etl.errors import Fault, RunError

_CREDENTIALS = ("ExpiredToken", "InvalidToken", "TokenRefreshRequired")
# These mean that nothing has reached the bucket.
_BEFORE = ("NoCredentialsError", "PartialCredentialsError", "ParamValidationError", "ProfileNotFound", "NoRegionError")


@contextmanager
def explained(path: str) -> Iterator[None]:
    """What S3 refuses in this block is raised as `RunError`.

    Its codes: ACCESS_DENIED, BUCKET_MISSING, KMS_REFUSED and STORAGE_FAILED.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise coded(error, path) from None


def is_definite(error: Any) -> bool:
    """Whether the error of a write says that it did not happen.

    A refusal that comes after the client has repeated the request may follow a first one that was carried out.
    """
    response = getattr(error, "response", None)
    if response is None:
        return type(error).__name__ in _BEFORE
    facts = response.get("ResponseMetadata", {})
    if facts.get("RetryAttempts", 0):
        return False
    status = facts.get("HTTPStatusCode", 0)
    return bool(400 <= status < 500 and response["Error"]["Code"] != "RequestTimeout")


def coded(error: Any, path: str) -> RunError:
    """The error of S3 or of its client as one of ours; it names S3's code and no more of its text."""
    response = getattr(error, "response", None) or {}
    code = response.get("Error", {}).get("Code", type(error).__name__)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "NoSuchBucket":
        return RunError(Fault("BUCKET_MISSING", "there is no such bucket", path, "set `warehouse` in configs/env"))
    if code.startswith("KMS."):
        fix = "check s3.kms_key in configs/env, and allow kms:GenerateDataKey and kms:Decrypt on it"
        return RunError(Fault("KMS_REFUSED", f"the key cannot be used ({code})", path, fix))
    if code in ("NoCredentialsError", "PartialCredentialsError"):
        fix = "sign in (aws sso login, or export AWS_PROFILE=NAME)"
        return RunError(Fault("ACCESS_DENIED", f"there are no credentials for S3 ({code})", path, fix))
    if status in (401, 403) or code in _CREDENTIALS:
        fix = (
            "allow s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject below the path; "
            "check the credentials, and whose account the bucket is"
        )
        return RunError(Fault("ACCESS_DENIED", f"S3 refuses access ({code})", path, fix))
    problem = f"S3 does not answer as it should ({code})"
    fix = "run again; if it lasts, check the network and the endpoint"
    return RunError(Fault("STORAGE_FAILED", problem, path, fix), retryable=True)
