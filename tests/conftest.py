"""What all suites share: the engine that they run on. MESH_ENGINE names it, `embedded` otherwise."""

from __future__ import annotations

import os
import signal

import pytest


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


@pytest.fixture(scope="session")
def engine():
    """One engine for the whole run; a classic and a Connect session cannot share a process."""
    from mesh_etl.run import engines

    name = os.environ.get("MESH_ENGINE", "embedded")
    options = {"master": "local[2]"} if name == "spark" else {}
    with engines.open(name, **options) as opened:
        yield opened
