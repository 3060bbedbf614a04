"""What all suites share: the engine that they run on. MESH_ENGINE names it, `embedded` otherwise."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import jvm
from tests.s3_server import quicken


def pytest_configure(config):
    """Classic PySpark leaves its result sockets to the garbage collector, and 3.5 compares versions the old way.

    Sail may complain when what a failed kernel leaves behind is collected in another thread; no result depends on it.
    """
    for ignored in (
        "ignore:unclosed <socket:ResourceWarning",
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning",
        "ignore:Exception ignored in. None:pytest.PytestUnraisableExceptionWarning",
        "ignore:distutils Version classes are deprecated:DeprecationWarning",
    ):
        config.addinivalue_line("filterwarnings", ignored)
    # A shell starts background jobs deaf to Ctrl-C, and their children inherit it; some tests press it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config, items):
    """A test that asks for no engine says the same on every one: it is for the run on the embedded engine."""
    if os.environ.get("MESH_ENGINE", "embedded") == "embedded":
        return
    folders = {Path(__file__).parent / name for name in ("engine", "e2e")}
    left = {
        item for item in items if folders & {*item.path.parents} and "engine" not in getattr(item, "fixturenames", ())
    }
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def engine():
    """One engine for the whole run; a classic and a Connect session cannot share a process."""
    from mesh_etl.run import engines

    name = os.environ.get("MESH_ENGINE", "embedded")
    options = {"master": "local[2]"} if name == "spark" else {}
    os.environ.setdefault("SPARK_SUBMIT_OPTS", jvm.SHORT)
    if name == "spark":
        sys.path.append(str(Path(__file__).parent / "workers"))  # the workers' path is this one's
    with engines.open(name, **options) as opened:
        yield opened


@pytest.fixture(scope="session")
def s3_environment():
    """The variables under which S3 is a server of moto's that lives as long as the run."""
    from moto.server import ThreadedMotoServer

    quicken()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": "a-secret-that-nobody-may-see",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    server.stop()


@pytest.fixture
def s3(s3_environment, monkeypatch):
    """A client of an S3 with one empty bucket, `lake`; what reads S3 in this process reads there."""
    from mesh_etl.stores import s3 as store

    for name, value in s3_environment.items():
        monkeypatch.setenv(name, value)
    client = store.client()  # the same for all tests: to make one takes longer than most of them
    urllib.request.urlopen(f"{s3_environment['AWS_ENDPOINT_URL_S3']}/moto-api/reset", data=b"").close()
    client.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return client


@pytest.fixture
def disk():
    """Mounts a disk of some kilobytes on a folder; needs the right to mount."""
    mounted = []

    @contextmanager
    def mount(folder, kilobytes):
        folder.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("this user may not mount a small disk")
        mounted.append(folder)
        try:
            yield
        finally:
            subprocess.run(["umount", str(mounted.pop())], check=True)

    return mount
