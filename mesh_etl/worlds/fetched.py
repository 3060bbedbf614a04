"""An object that is read before it is known which world this is: the configuration that a job starts with."""

from __future__ import annotations

from mesh_etl.errors import Fault, RunError
from mesh_etl.worlds.error_codes import BUSY, code_of


def fetched(address: str) -> bytes:
    """The bytes of the object at `s3://bucket/key`, read as whoever runs this.

    Raises `RunError`: AWS_MISSING without boto3, COMPILED_UNREACHABLE when S3 does not give it.
    """
    try:
        import boto3
    except ImportError as error:
        raise RunError(Fault("AWS_MISSING", "boto3 is not installed", fix="pip install 'mesh_etl[aws]'")) from error
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, key = address.removeprefix("s3://").partition("/")
    config = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=10, read_timeout=60)
    try:
        found: bytes = boto3.client("s3", config=config).get_object(Bucket=bucket, Key=key)["Body"].read()
        return found
    except (BotoCoreError, ClientError) as error:
        code = code_of(error)
        fix = "let the job's role read the artifacts bucket and its key; is it deployed?"
        fault = Fault("COMPILED_UNREACHABLE", f"S3 does not give the configuration: {code}", address, fix)
        raise RunError(fault, retryable=code in BUSY or isinstance(error, BotoCoreError)) from error
