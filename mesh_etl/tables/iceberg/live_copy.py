"""Files from which another engine has deleted rows by delete files, as readers have to see them.

A copy without the deleted rows lies below `_ledger/live`, made once, by whoever reads the table first after such a
commit; readers of this library read the copy in the file's place. The table's own files stay as they are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import _read_deletes
from pyiceberg.manifest import DataFileContent

from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.stored.shortened import shortened
from mesh_etl.tables.entry import DataFile
from mesh_etl.tables.iceberg.files import path_of, relative

if TYPE_CHECKING:
    from pyiceberg.manifest import ManifestEntry
    from pyiceberg.table import Table

    from mesh_etl.storage import Storage
    from mesh_etl.tables.iceberg.ledger import IcebergLedger

FOLDER = "live"


def live_copies(
    ledger: IcebergLedger, table: Table, data: Sequence[ManifestEntry], deletes: Sequence[ManifestEntry]
) -> dict[str, DataFile]:
    """For each file that has lost rows to a delete file, by its address, the copy without them.

    Raises `PlanError` ICEBERG_DELETES for equality deletes, which only the engines that write them apply.
    """
    if not deletes:
        return {}
    positions: dict[str, list[np.ndarray]] = defaultdict(list)
    sources: dict[str, list[str]] = defaultdict(list)
    files = {entry.data_file.file_path: entry for entry in data}
    for entry in deletes:
        if entry.data_file.content == DataFileContent.EQUALITY_DELETES:
            problem = "another engine has deleted rows by their values (equality deletes), which are not applied here"
            fix = "let it rewrite these files: CALL system.rewrite_data_files, with the option delete-file-threshold 1"
            raise PlanError(Fault("ICEBERG_DELETES", problem, ".".join(table.name()), fix))
        for address, found in _read_deletes(table.io, entry.data_file).items():
            if address in files and (files[address].sequence_number or 0) <= (entry.sequence_number or 0):
                positions[address].append(np.asarray(found.to_numpy(), dtype=np.int64))
                sources[address].append(entry.data_file.file_path)
    return {
        address: _copy(ledger, files[address], np.unique(np.concatenate(found)), sources[address])
        for address, found in positions.items()
    }


def _copy(ledger: IcebergLedger, entry: ManifestEntry, gone: np.ndarray, sources: list[str]) -> DataFile:
    """The file without the rows at these positions, and its facts."""
    file = entry.data_file
    digest = hashlib.sha256("\n".join((file.file_path, *sorted(sources))).encode()).hexdigest()[:32]
    path = ledger.layout.path("_ledger", FOLDER, f"{digest}.parquet")
    size, rows = ledger.shorten(path, path_of(file.file_path), file.file_size_in_bytes, file.record_count, gone)
    of = relative(ledger.layout, file.file_path)
    return DataFile(path=ledger.layout.relative(path), rows=rows, bytes=size, of=of)


def copied(storage: Storage, path: str, source: str, gone: np.ndarray) -> tuple[int, int]:
    """The copy is there; returns its bytes and its rows."""
    try:
        storage.open(path).close()
    except FileNotFoundError:
        with storage.open(source) as file:
            content = shortened(file, gone)
        storage.create(path, content.to_pybytes())  # where a rival was first, it made the same
    with storage.open(path) as made:
        return made.size(), pq.read_metadata(made).num_rows
