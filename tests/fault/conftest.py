"""A small product in a temporary project, and the questions that every test of accidents asks about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.pipeline import run_job
from mesh_etl.plan import build
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import recover
from mesh_etl.run import engines, execute

MESH = "name: shop\nwarehouse: table\ndomains: {shop: {owner: shop-team, description: What was sold.}}\n"
ENV = "world: {type: local, home: .mesh}\nvalues: {}\n"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: shop-sales
version: 1.0.0
status: active
schema:
  - name: sales
    logicalType: object
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: month, logicalType: string, required: true}
      - {name: amount, logicalType: number, physicalType: "decimal(9,2)"}
"""
JOB = """\
product: shop.sales
source: {type: csv, path: "in/*.csv"}
target: {mode: MODE, partition_by: [month]}
checks: {max_rejected: 0}
"""
PRODUCT = "shop.sales"
HERE = Path(__file__).parent
MONTHS = tuple(f"m{number:02}" for number in range(1, 13))


@dataclass
class Shop:
    """The project, run in this process as the library's users do, and read as theirs do."""

    root: Path
    engine: Any
    mode: str = "append"
    fresh: int = 0

    def __post_init__(self):
        home = self.root / "configs"
        (home / "env").mkdir(parents=True)
        (home / "shop/sales").mkdir(parents=True)
        (self.root / "in").mkdir()
        (home / "mesh.yaml").write_text(MESH)
        (home / "env/local.yaml").write_text(ENV)
        (home / "shop/sales/contract.yaml").write_text(CONTRACT)
        self.use(self.mode)
        self.ledger = ledger_of(self.job, PRODUCT)

    @classmethod
    def opened(cls, root):
        """A shop that was made before, for those who only look."""
        shop = cls.__new__(cls)
        shop.root, shop.engine, shop.mode, shop.fresh = root, None, "", 0
        shop.ledger = ledger_of(shop.job, PRODUCT)
        return shop

    def use(self, mode):
        """The job has this mode from now on."""
        (self.root / "configs/shop/sales/job.yaml").write_text(JOB.replace("MODE", mode))

    def deliver(self, name, rows=2, months=MONTHS, only=False):
        """A file with `rows` rows for each month lies in the input folder, alone with `only`; returns its rows."""
        for old in (self.root / "in").iterdir() if only else ():
            old.unlink()
        made = []
        for month in months:
            for _ in range(rows):
                self.fresh += 1
                made.append((self.fresh, month, f"{self.fresh}.50"))
        text = "".join(f"{id_},{month},{amount}\n" for id_, month, amount in made)
        (self.root / "in" / name).write_text(f"id,month,amount\n{text}")
        return sorted((id_, month) for id_, month, _ in made)

    @property
    def job(self):
        return load(PRODUCT, self.root)

    def world(self):
        job = self.job
        return worlds.open(job.project.env, job.project.root)

    def run(self):
        return run_job(self.job, self.engine, self.world())

    def stage(self):
        """The job's rows, staged from the table as it is now."""
        return execute(build(self.job), self.engine, self.world().secret)

    def rows(self, version=None):
        """The table's rows as a reader of the ledger sees them: all files of one version, each read to its end."""
        snapshot = self.ledger.snapshot(version)
        return self.rows_of(snapshot) if snapshot else []

    def rows_of(self, snapshot):
        found = []
        for (month,), partition in snapshot.partitions.items():
            for file in partition.files:
                found += [(id_, month) for id_ in self._ids(Path(self.ledger.layout.root) / file.path, file.rows)]
        return sorted(found)

    def _ids(self, path, rows=None):
        ids = pq.ParquetFile(path).read(["id"])["id"].to_pylist()
        assert rows in (None, len(ids))
        return ids

    def catalogued(self):
        """The catalogue's locations by month, and the version that it records."""
        glue = self.world().client("glue")
        try:
            table = glue.get_table(DatabaseName="shop", Name="sales")["Table"]
        except glue.exceptions.EntityNotFoundException:
            return {}, 0
        pages = glue.get_paginator("get_partitions").paginate(DatabaseName="shop", TableName="sales")
        found = [one for page in pages for one in page["Partitions"]]
        places = {one["Values"][0]: one["StorageDescriptor"]["Location"] for one in found}
        return places, int(table["Parameters"].get("mesh_etl.published_seq", 0))

    def rows_at(self, location, month):
        """What a reader finds who goes where the catalogue points."""
        folder = Path(location.removeprefix("file://"))
        return sorted((id_, month) for path in folder.glob("*.parquet") for id_ in self._ids(path))

    def assert_converged(self, rows):
        """Ledger and catalogue say the same: these rows, each once."""
        assert self.rows() == rows
        head = self.ledger.snapshot()
        places, seq = self.catalogued()
        root = Path(self.ledger.layout.root).as_uri()
        assert places == {month: f"{root}/{one.folder}/" for (month,), one in head.partitions.items()}
        assert seq == head.seq
        assert sorted(row for month, place in places.items() for row in self.rows_at(place, month)) == rows
        job = self.job
        assert not recover(job, build(job).contract, self.ledger, self.world())

    def leftovers(self):
        """Files below the table's root that no version of it refers to."""
        ledger = self.ledger
        root = Path(ledger.layout.root)
        known = {str(Path(ledger.layout.entry(seq)).relative_to(root)) for seq in ledger.seqs()}
        for entry in ledger.entries():
            known.add(str(Path(ledger.layout.contract(entry.contract.summary_sha256)).relative_to(root)))
            known |= {file.path for partition in entry.partitions for file in partition.files}
            known |= {file.path for file in entry.quarantine.files}
            known |= {str(path.relative_to(root)) for path in (root / entry.metrics).glob("*") if entry.metrics}
        found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} if root.exists() else set()
        return found - known


@pytest.fixture(scope="session")
def kernels():
    """The embedded engine; these jobs have no transforms, so that it never starts a server."""
    with engines.open("embedded", cores=2) as engine:
        yield engine


@pytest.fixture
def shop(tmp_path, kernels):
    return Shop(tmp_path / "shop", kernels)


@pytest.fixture
def shops(tmp_path, kernels):
    """Makes any number of projects, each in a folder of its own."""
    return lambda name, mode="append": Shop(tmp_path / name, kernels, mode)


@pytest.fixture
def mortal():
    """Does work on a project's product in a process that dies at a step; returns its exit code and steps.

    The work is a run of its job, or what `mortal.py` knows besides; step 0 is none.
    """
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, str(HERE / "mortal.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:

        def die(root, step, work="run"):
            order = {"root": str(root), "product": PRODUCT, "step": step, "work": work}
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            return answer["exit"], answer["steps"]

        yield die
        process.stdin.close()
        assert process.wait() == 0
