"""A Spark Connect server from pip's PySpark, and a client without Java: what Glue's Connect sessions offer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.cluster.conftest import HERE, QUICK, told
from tests.engine.cluster.processes import start, wait_for

pytestmark = pytest.mark.slow

# The environment whose PySpark is the client alone, where it has been made.
THIN = HERE / ".venv/test/bin/python"
CLIENT = str(THIN if THIN.exists() else Path(sys.executable))
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
READY = r"started service '[\w.]*SparkConnectService' on port (\d+)"


@pytest.fixture(scope="module")
def server(spark_home, tmp_path_factory):
    """A server with two cores, and its address."""
    command = [spark_home / "bin/spark-submit", "--master", "local[2]", "--class", SERVER]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    for setting in ("spark.ui.enabled=false", f"spark.connect.grpc.binding.port={number}"):
        command += ["--conf", setting]
    log = tmp_path_factory.mktemp("connect") / "server.log"
    running, port = start([*command, "spark-internal"], log, READY, {**QUICK, "SPARK_DAEMON_MEMORY": "1g"})
    yield running, f"sc://127.0.0.1:{port}"
    running.kill()


def test_what_every_engine_must_do(server):
    _, address = server
    command = [CLIENT, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/engine/test_engines.py"]
    environment = {**os.environ, "MESH_ENGINE": "connect", "SPARK_REMOTE": address}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_a_whole_pyspark_is_a_client_as_well(server, sales):
    """Its functions are the JVM's until a session of Connect was made in PySpark's own way."""
    _, address = server
    done = sales().run("customer.customers", "--engine", "connect", "--remote", address)
    assert done["products"][0]["outcome"] == "published"


def test_a_server_that_is_killed_while_a_run_writes(server, sales):
    """The last test of the module: it takes the server away."""
    running, address = server
    project = sales()
    words = ("--engine", "connect", "--remote", address)
    under_way = project.begin("customer.customers", "sales.orders", *words, python=CLIENT)
    wait_for(lambda: project.staged("sales.orders"), under_way)
    running.kill()
    first, second = told(under_way)["products"]
    assert first["outcome"] == "published"
    assert (second["outcome"], second["error"]["faults"][0]["code"]) == ("failed", "ENGINE_LOST")
    assert project.ledgers["sales.orders"].seqs() == []
    assert project.staged("sales.orders") == [], "what a failed run has written is removed"
