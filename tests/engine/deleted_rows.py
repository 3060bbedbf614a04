"""Deletes by position in an Iceberg table, as an engine that merges on read commits them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestWriterV2,
    write_manifest_list,
)
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import AddSnapshotUpdate
from pyiceberg.typedef import Record

from mesh_etl.tables.iceberg import IcebergLedger
from mesh_etl.tables.iceberg.data_files import live
from mesh_etl.tables.iceberg.files import path_of
from mesh_etl.tables.iceberg.updates import set_branch


class _Deletes(ManifestWriterV2):
    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


def delete_rows(ledger: IcebergLedger, positions: list[int], place: str = "") -> None:
    """A commit has deleted these rows of the table's first file; its delete file lies below `place` or the table."""
    table = ledger.table()
    assert table is not None
    head = table.current_snapshot()
    assert head is not None
    root = f"{table.location()}/metadata/{uuid.uuid4().hex}"
    file = live(head, table.io)[0][0].data_file
    rows = pa.table({"file_path": [file.file_path] * len(positions), "pos": pa.array(positions, pa.int64())})
    out = pa.BufferOutputStream()
    pq.write_table(rows, out)
    address = f"{place or table.location()}/data/{uuid.uuid4().hex}-deletes.parquet"
    content = out.getvalue().to_pybytes()
    ledger.storage.create(path_of(address), content)
    made = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=address,
        file_format=FileFormat.PARQUET,
        partition=Record(),
        record_count=len(positions),
        file_size_in_bytes=len(content),
    )
    number, id_ = table.metadata.last_sequence_number + 1, uuid.uuid4().int % 2**60
    io: Any = table.io
    writer = _Deletes(table.spec(), table.schema(), io.new_output(f"{root}-m.avro"), id_, "null")
    with writer:
        writer.add(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, data_file=made, snapshot_id=id_))
    with write_manifest_list(2, io.new_output(f"{root}-l.avro"), id_, head.snapshot_id, number, "null") as listed:
        listed.add_manifests([writer.to_manifest_file(), *head.manifests(io)])
    snapshot = Snapshot(
        snapshot_id=id_,
        parent_snapshot_id=head.snapshot_id,
        sequence_number=number,
        timestamp_ms=round(datetime.now(UTC).timestamp() * 1000),
        manifest_list=f"{root}-l.avro",
        summary=Summary(Operation.DELETE),
        schema_id=table.schema().schema_id,
    )
    table.catalog.commit_table(table, (), (AddSnapshotUpdate(snapshot=snapshot), set_branch("main", id_)))
