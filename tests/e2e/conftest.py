"""Whole projects in a temporary folder, looked at from outside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mesh_etl import worlds
from mesh_etl.config import Project, load
from mesh_etl.govern.apply import apply as govern
from mesh_etl.pipeline import run_job
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish.entries import first_entry

WRITES = ("Create", "Update", "Delete", "BatchCreate", "BatchUpdate", "BatchDelete")


@dataclass
class Mesh:
    """A project on disk, looked at from outside: what its ledgers, its files and its catalogue say."""

    root: Path
    engine: object

    def __post_init__(self):
        self.project = Project.open(self.root)
        self.world = worlds.open(self.project.env, self.project.root)
        self.calls: Counter[str] = Counter()
        for identity in {self.project.producer(domain) for domain in self.project.mesh.domains}:
            self.world.client("glue", identity).meta.events.register_first("before-parameter-build.glue", self._note)

    def _note(self, model, **_):
        self.calls[model.name] += 1

    @property
    def writes(self):
        """The calls so far that change a catalogue."""
        return {name: count for name, count in self.calls.items() if name.startswith(WRITES)}

    def govern(self):
        """The accounts hold what the configuration asks for."""
        applied = govern(self.project, self.world, "test", inputs=partial(first_entry, self.project, self.world))
        assert not applied.left.changes

    def run(self, product):
        return run_job(load(product, self.root), self.engine, self.world)

    def ledger(self, product):
        return ledger_of(load(product, self.root), product)

    def files(self, product):
        """All files below the table's root, by path below it."""
        root = Path(self.ledger(product).layout.root)
        return {str(path.relative_to(root)): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}

    def table(self, product):
        """The rows of the table's head as dicts, partition columns that stand in the path left out."""
        return self._rows(product, [f for p in self.ledger(product).snapshot().partitions.values() for f in p.files])

    def quarantine(self, product):
        """The refused rows of the newest commit as dicts."""
        return self._rows(product, self.ledger(product).snapshot().entry.quarantine.files)

    def _rows(self, product, files):
        root = Path(self.ledger(product).layout.root)
        return [row for file in files for row in pq.ParquetFile(root / file.path).read().to_pylist()]

    def registered(self, product):
        """The catalogue's table and its partitions: values → location."""
        domain, _, name = product.partition(".")
        glue = self.world.client("glue", self.project.producer(domain))
        table = glue.get_table(DatabaseName=domain, Name=name)["Table"]
        pages = glue.get_paginator("get_partitions").paginate(DatabaseName=domain, TableName=name)
        found = [one for page in pages for one in page["Partitions"]]
        return table, {tuple(one["Values"]): one["StorageDescriptor"]["Location"] for one in found}


@pytest.fixture(scope="session")
def mesh(engine):
    """Opens the project in a folder."""
    return lambda root: Mesh(Path(root), engine)
