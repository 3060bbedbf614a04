"""S3 for the campaign: a server of moto's, and projects whose warehouse is a part of its bucket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from mesh_etl.crashtest.copies import copied

BUCKET = "lake"
SERVER = Path(__file__).parents[2] / "s3_server.py"


@contextmanager
def server() -> Iterator[None]:
    """What reads S3 in this process and its children reads there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    os.environ |= {
        "AWS_ENDPOINT_URL_S3": address,
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": "a-secret-that-nobody-may-see",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    command = [sys.executable, str(SERVER), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while not _answers(address):
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def bucket() -> None:
    """The bucket is there."""
    client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def client():
    """The client of this process, as the library has it."""
    from mesh_etl.stores import s3

    return s3.client()


def prefix(root: Path) -> str:
    """Where in the bucket the project at `root` has its tables."""
    return f"{sha256(str(root).encode()).hexdigest()[:12]}/"


def copy(source: Path, target: Path) -> None:
    """The project is copied, and its part of the bucket as well."""
    copied(source, target)
    s3, old, new = client(), prefix(source), prefix(target)
    for key in _keys(s3, new):
        s3.delete_object(Bucket=BUCKET, Key=key)
    for key in _keys(s3, old):
        there = {"Bucket": BUCKET, "Key": key}
        s3.copy_object(Bucket=BUCKET, Key=new + key.removeprefix(old), CopySource=there)


def _keys(s3, start: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=start)
    return [one["Key"] for page in pages for one in page.get("Contents", ())]


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/moto-api/").close()
    except OSError:
        return False
    return True
