"""A Spark cluster and a Spark Connect server, both from pip's PySpark, and the sales products as a user has them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from deliver import deliver
from generate import generate

from mesh_etl.config import load
from mesh_etl.plan.build import ledger_of
from tests.engine.cluster.processes import Server, start
from tests.jvm import SHORT

HERE = Path(__file__).parents[3]
PRODUCTS = ("customer.customers", "sales.orders", "sales.lineitems")
SCALE = 0.01
QUICK = {
    "SPARK_LOCAL_IP": "127.0.0.1",
    "SPARK_DAEMON_MEMORY": "256m",
    "SPARK_DAEMON_JAVA_OPTS": SHORT,
    "SPARK_SUBMIT_OPTS": SHORT,
    "PYTHONPATH": os.pathsep.join((str(HERE), str(HERE / "tests/workers"))),
    "PYSPARK_PYTHON": sys.executable,
}


@pytest.fixture(scope="package")
def spark_home(engine):
    """The folder of pip's PySpark 4.1; what is said here does not depend on the version."""
    if engine.name != "spark":
        pytest.skip("needs engine spark")
    import pyspark

    if not pyspark.__version__.startswith("4."):
        pytest.skip("said on Spark 4.1")
    return Path(pyspark.__file__).parent


@dataclass
class Cluster:
    """A master and workers of one core each."""

    home: Path
    folder: Path
    master: Server
    url: str
    workers: list[Server]

    def hire(self) -> Server:
        """One more worker, registered."""
        number = len(self.workers) + 1
        host = f"127.0.0.{number}"  # Spark runs no second attempt of a task on the host of the first
        command = [self.home / "bin/spark-class", "org.apache.spark.deploy.worker.Worker", "--host", host]
        command += ["--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", self.folder / f"work-{number}"]
        log = self.folder / f"worker-{number}.log"
        worker, _ = start(
            [*command, self.url], log, "(Successfully registered with master)", {**QUICK, "SPARK_LOCAL_IP": host}
        )
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        """Nothing of it runs."""
        for server in (*self.workers, self.master):
            server.kill()


@pytest.fixture(scope="package")
def cluster(spark_home, tmp_path_factory):
    """A standalone cluster of two workers, each a process of its own."""
    folder = tmp_path_factory.mktemp("cluster")
    command = [spark_home / "bin/spark-class", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1"]
    ready = r"Starting Spark master at (spark://[\d.]+:\d+)[\s\S]*elected leader"
    master, url = start([*command, "--port", "0", "--webui-port", "0"], folder / "master.log", ready, QUICK)
    made = Cluster(spark_home, folder, master, url, [])
    try:
        for _ in range(2):
            made.hire()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="package")
def template(tmp_path_factory):
    """The demo's project with its input, governed, before anything has run."""
    folder = tmp_path_factory.mktemp("sales")
    shutil.copytree(HERE / "configs", folder / "configs")
    job = folder / "configs/sales/lineitems/job.yaml"
    job.write_text(job.read_text().replace("month(ship_date) as ship_month", "year(ship_date) as ship_year"))
    raw = folder / ".mesh/raw"
    generate(raw, SCALE, 17)
    deliver(raw, 1)
    command = [sys.executable, "-m", "mesh_etl.cli", "govern", "apply"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Sales:
    """A copy of the project, run by the command, and looked at from outside."""

    def __init__(self, root: Path, conf: str) -> None:
        self.root = root
        self.begun: list[subprocess.Popen[str]] = []
        self.ledgers = {product: ledger_of(load(product, root), product) for product in PRODUCTS}
        (root / "spark").mkdir()
        (root / "spark/spark-defaults.conf").write_text(f"spark.executor.extraJavaOptions {SHORT}\n{conf}")

    def begin(self, *words: str, python: str = sys.executable) -> subprocess.Popen[str]:
        """`mesh-etl run WORDS --json`, which is under way; it ends with the test at the latest."""
        environment = {**os.environ, **QUICK, "SPARK_CONF_DIR": str(self.root / "spark")}
        command = [python, "-m", "mesh_etl.cli", "run", *words, "--json"]
        pipe = subprocess.PIPE
        running = subprocess.Popen(command, cwd=self.root, env=environment, stdout=pipe, stderr=pipe, text=True)
        self.begun.append(running)
        return running

    def run(self, *words: str, python: str = sys.executable) -> dict:
        """What a run says, when it has ended."""
        return told(self.begin(*words, python=python))

    def staged(self, product: str) -> list[Path]:
        """The data files of the product on disk, whether a version names them or not."""
        return sorted(Path(self.ledgers[product].layout.root, "data").rglob("*.parquet"))

    def strays(self, product: str) -> list[str]:
        """The data files that no version names."""
        ledger = self.ledgers[product]
        root = Path(ledger.layout.root)
        named = {root / file.path for one in ledger.snapshot().partitions.values() for file in one.files}
        return [str(path) for path in self.staged(product) if path not in named]

    def wrong_rows(self) -> int:
        """Line items of the table that are not in the clean input as they stand, or stand twice."""
        columns = "order_key, line_number, part_key, extended_price, ship_date"
        clean = "l_orderkey, l_linenumber, l_partkey, l_extendedprice, l_shipdate"
        table = f"read_parquet({[str(path) for path in self.staged('sales.lineitems')]})"
        [[count]] = duckdb.execute(
            f"SELECT count(*) FROM (SELECT {columns} FROM {table} EXCEPT ALL "
            f"SELECT {clean} FROM read_csv('{self.root}/.mesh/raw/clean/lineitem.csv'))"
        ).fetchall()
        return count


def told(running: subprocess.Popen[str]) -> dict:
    """The document that a run has printed; it has ended."""
    out, err = running.communicate()
    assert out, err
    return json.loads(out)


@pytest.fixture
def sales(template, tmp_path):
    """Makes copies of the project whose Spark has these settings."""

    made: list[Sales] = []

    def make(conf: str = "") -> Sales:
        root = tmp_path / "sales"
        shutil.copytree(template, root)
        made.append(Sales(root, conf))
        return made[-1]

    yield make
    for one in (running for project in made for running in project.begun):
        one.kill()
        one.communicate()
