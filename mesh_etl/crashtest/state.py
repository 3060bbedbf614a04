"""What a reader sees of a table, and what must hold of it at any moment."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mesh_etl.kernels.stored.written import WrittenReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.plan.build import ledger_of
from mesh_etl.tables.quarantine import standing
from mesh_etl.upkeep.orphans import FOLDERS, orphans
from mesh_etl.upkeep.verify import verify

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

State = dict[str, Any]  # JSON data: equal for tables with the same rows, whatever files they lie in, but for `version`
_ROUND = 1 << 64


def state_of(job: LoadedJob) -> State:
    """The table at the ledger's head: its rows as a checksum, how many there are and were refused, and
    how many inputs it has seen.

    So rows and the memory of what was read are held together. Every file is read to its end. Raises what reading
    raises: a committed version can always be read.
    """
    ledger = ledger_of(job, job.product)
    snapshot = ledger.snapshot()
    if snapshot is None:
        return {"version": 0, "rows": 0, "refused": 0, "inputs": 0, "checksum": "0"}
    rows, checksum = 0, 0
    for hashes in _hashes(ledger, snapshot):
        rows += len(hashes)
        checksum = (checksum + int(np.add.reduce(hashes, dtype=np.uint64))) % _ROUND
    return {
        "version": snapshot.seq,
        "rows": rows,
        "refused": snapshot.refused,
        "inputs": len(ledger.state().seen),
        "checksum": f"{checksum:016x}",
    }


def faults_of(job: LoadedJob, world: World) -> list[str]:
    """What does not hold once the work is done: catalogue and ledger agree, and all that the ledger names is there.

    Orphans are removed in passing, and nothing is left then that no version names.
    """
    ledger = ledger_of(job, job.product)
    snapshot = ledger.snapshot()
    if snapshot is None:
        return []
    seen = verify(job, world, checksums=True)
    found = [f"{one.code} {one.problem}" for one in (*seen.damage, *seen.behind, *seen.warnings)]
    entries = list(ledger.entries())
    done = [entry.idem_key for entry in entries if not entry.is_upkeep and entry.operation == "append"]
    if len(set(done)) != len(done):
        found.append("the same work was committed twice")
    found += [f"version {entry.seq} does not account for its rows" for entry in entries if not entry.counts.balanced]
    held = sum(one.rows for one in standing(entries))
    if held != snapshot.refused:
        found.append(f"{held} refused rows stand in the quarantine, {snapshot.refused} are counted")
    orphans(job, world, datetime.timedelta(0))
    left = sorted(_leftovers(ledger))
    return [*found, f"{len(left)} files are left that no version names: {left[0]}"] if left else found


def _leftovers(ledger: Ledger) -> Iterator[str]:
    """Files where transactions write that no version names."""
    layout = ledger.layout
    entries = list(ledger.entries())
    named = {file.path for entry in entries for one in entry.partitions for file in one.files}
    named |= {file.path for entry in entries for file in entry.quarantine.files}
    named |= {file.path for entry in entries for file in entry.tombstones or ()}
    states = {entry.metrics for entry in entries}
    for folder in FOLDERS:
        for one in ledger.storage.walk(layout.path(folder)):
            path = layout.relative(one.path)
            if path not in named and path.rpartition("/")[0] not in states:
                yield path


def _hashes(ledger: Ledger, snapshot: Snapshot) -> Iterator[np.ndarray]:
    schema = ledger.schema(snapshot.entry)
    reader = WrittenReader(schema)
    names = [column.name for column in schema]
    for partition in snapshot.partitions.values():
        keys = zip(snapshot.entry.partition_by, partition.values, strict=True)
        constants = tuple((key.name, value) for key, value in keys)
        for file in partition.files:
            pinned = ledger.storage.file(ledger.layout.path(file.path), file.bytes, constants)
            for start, end in reader.split(pinned):
                for parsed in reader.parse(WorkItem(0, "table", pinned, start, end)):
                    yield key_hashes(parsed.batch, names)[0]
