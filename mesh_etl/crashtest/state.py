"""What a reader sees of a table, and what must hold of it at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mesh_etl.kernels.stored.parquet import ParquetReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.plan.build import ledger_of
from mesh_etl.tables.quarantine import standing

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.publish.catalog import Difference
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

State = dict[str, Any]  # JSON data: equal for tables with the same rows, whatever files they lie in
_ROUND = 1 << 64


def state_of(job: LoadedJob) -> State:
    """The rows of the table at the ledger's head as a checksum, and how many there are and how many were refused.

    Every file is read to its end. Raises what reading raises: a committed version can always be read.
    """
    ledger = ledger_of(job, job.product)
    snapshot = ledger.snapshot()
    if snapshot is None:
        return {"rows": 0, "refused": 0, "checksum": "0"}
    rows, checksum = 0, 0
    for hashes in _hashes(ledger, snapshot):
        rows += len(hashes)
        checksum = (checksum + int(np.add.reduce(hashes, dtype=np.uint64))) % _ROUND
    return {"rows": rows, "refused": snapshot.refused, "checksum": f"{checksum:016x}"}


def faults_of(job: LoadedJob, world: World) -> list[str]:
    """What does not hold once the work is done: catalogue and ledger agree, and all that the ledger names is there."""
    ledger = ledger_of(job, job.product)
    snapshot = ledger.snapshot()
    if snapshot is None:
        return []
    found = [f"the catalogue differs: {line}" for line in _catalogue(job, ledger, snapshot, world).lines()]
    names = list(ledger.entries())
    if [entry.seq for entry in names] != list(range(1, len(names) + 1)):
        found.append("the ledger has gaps")
    done = [entry.idem_key for entry in names if not entry.is_upkeep and entry.operation == "append"]
    if len(set(done)) != len(done):
        found.append("the same work was committed twice")
    found += [f"version {entry.seq} does not account for its rows" for entry in names if not entry.counts.balanced]
    held = sum(one.rows for one in standing(names))
    if held != snapshot.refused:
        found.append(f"{held} refused rows stand in the quarantine, {snapshot.refused} are counted")
    return found + list(_missing(ledger, snapshot))


def _missing(ledger: Ledger, snapshot: Snapshot) -> Iterator[str]:
    for one in standing(ledger.entries()):
        try:
            ledger.storage.open(ledger.layout.path(one.path)).close()
        except FileNotFoundError:
            yield "a file of the quarantine is missing"
    rows = sum(file.rows for partition in snapshot.partitions.values() for file in partition.files)
    if rows != snapshot.rows:
        yield "the head's rows do not add up"


def _catalogue(job: LoadedJob, ledger: Ledger, snapshot: Snapshot, world: World) -> Difference:
    from mesh_etl.contract.load import load
    from mesh_etl.plan.build import taken_over
    from mesh_etl.publish.catalog import difference
    from mesh_etl.publish.desired import desired

    path = job.contract_path
    written = load(path, str(path.relative_to(job.project.root)))
    contract, _ = taken_over(job, written, snapshot)
    return difference(world.client("glue"), desired(job, contract, ledger, snapshot, world))


def _hashes(ledger: Ledger, snapshot: Snapshot) -> Iterator[np.ndarray]:
    from mesh_etl.contract.types import Field, parse

    exact = {one.name: one.type for one in ledger.contract(snapshot.entry).columns}
    schema = tuple(Field(name, parse(exact.get(name, type_))) for name, type_ in snapshot.entry.columns)
    reader = ParquetReader(schema)
    names = [column.name for column in schema]
    for partition in snapshot.partitions.values():
        keys = zip(snapshot.entry.partition_by, partition.values, strict=True)
        constants = tuple((key.name, value) for key, value in keys)
        for file in partition.files:
            pinned = ledger.storage.file(ledger.layout.path(file.path), file.bytes, constants)
            for start, end in reader.split(pinned):
                for parsed in reader.parse(WorkItem(0, "table", pinned, start, end)):
                    yield key_hashes(parsed.batch, names)[0]
