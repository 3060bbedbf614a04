"""What an entry means for the table's files: which come, which go, and what the snapshot says of the commit."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from mesh_etl.tables.iceberg.commit import Change
from mesh_etl.tables.iceberg.data_files import described, live
from mesh_etl.tables.iceberg.files import location
from mesh_etl.tables.iceberg.history import TXN
from mesh_etl.tables.iceberg.partitions import spec_of

if TYPE_CHECKING:
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table

    from mesh_etl.tables.entry import DataFile, Entry
    from mesh_etl.tables.ledger import Ledger, Snapshot


def change_of(ledger: Ledger, table: Table, entry: Entry, schema: Schema) -> Change:
    """The entry, which is `settled`, as a change of the table's head, which is the entry's base."""
    head = ledger.snapshot(entry.base_seq) if entry.base_seq else None
    spec = spec_of(entry.partition_by, schema, table)
    stays = _stays(entry, head)
    wanted = {_source(file): (file, one.values) for one in entry.partitions for file in one.files}
    before = {_source(file): file.path for one in head.partitions.values() for file in one.files} if head else {}
    # A file whose deleted rows are the table's again is taken away with its delete files, and added anew.
    anew = {path for path, (file, _) in wanted.items() if before.get(path, file.path) != file.path}
    added = [
        described(ledger.storage, ledger.layout.path(file.path), file, values, schema, spec)
        for path, (file, values) in wanted.items()
        if path not in before or path in anew
    ]
    gone = before.keys() - stays - wanted.keys() | anew
    addresses = {location(ledger.layout.path(path)) for path in gone}
    data, _ = live(table.current_snapshot(), table.io) if gone or entry.cleared else ([], [])
    kept = {location(ledger.layout.path(path)) for path in wanted}
    lost = [
        one.data_file
        for one in data
        if _address(one.data_file.file_path) in addresses
        or (entry.cleared and _address(one.data_file.file_path) not in kept)
    ]
    numbers = {one.sequence_number: one.snapshot_id for one in table.snapshots()}
    named = {name: None if seq is None else numbers.get(seq) for name, seq in entry.tags.items()}
    return Change(schema, spec, added, lost, _summary(entry), entry.operation == "compact", named)


def settled(ledger: Ledger, entry: Entry) -> Entry:
    """The entry, where a reading copy that the head does not have is a file of the table itself."""
    head = ledger.snapshot(entry.base_seq) if entry.base_seq else None
    now = {file.path for one in head.partitions.values() for file in one.files} if head else set()
    partitions = tuple(
        one.model_copy(update={"files": tuple(_own(file, now) for file in one.files)}) for one in entry.partitions
    )
    return entry.model_copy(update={"partitions": partitions})


def _own(file: DataFile, now: set[str]) -> DataFile:
    return file if not file.of or file.path in now else file.model_copy(update={"of": ""})


def _stays(entry: Entry, head: Snapshot | None) -> set[str]:
    """The files of partitions that the entry does not touch."""
    if head is None or entry.cleared:
        return set()
    touched = {one.values for one in entry.partitions}
    return {_source(file) for values, one in head.partitions.items() if values not in touched for file in one.files}


def _source(file: DataFile) -> str:
    """The table's own file: a reading copy stands for the one that it was made of."""
    return file.of or file.path


def _address(address: str) -> str:
    return f"file:///{address.removeprefix('file:').lstrip('/')}" if address.startswith("file:") else address


def _summary(entry: Entry) -> dict[str, str]:
    """What the snapshot says of the commit; numbers, names and hashes, no cell value."""
    inputs = json.dumps(sorted((one.name, one.path, one.version) for one in entry.inputs))
    counts = {f"mesh_etl.{name}": str(value) for name, value in entry.counts.model_dump().items()}
    return {
        TXN: entry.txn,
        "mesh_etl.idem_key": entry.idem_key,
        "mesh_etl.operation": entry.operation,
        "mesh_etl.product": entry.product,
        **counts,
        "mesh_etl.watermark": hashlib.sha256(inputs.encode()).hexdigest(),
        "mesh_etl.contract_id": entry.contract.id,
        "mesh_etl.contract_version": entry.contract.version,
        "mesh_etl.contract_sha256": entry.contract.sha256,
        "mesh_etl.code_version": entry.code_version,
    }
