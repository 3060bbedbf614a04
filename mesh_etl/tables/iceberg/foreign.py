"""Commits of other engines as entries: what a Spark MERGE or a table optimizer has made of the table's files."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import TYPE_CHECKING

from pyiceberg.table.snapshots import Operation

from mesh_etl.errors import Fault, PlanError
from mesh_etl.tables.entry import Counts, DataFile, Entry, Partition
from mesh_etl.tables.iceberg.data_files import live
from mesh_etl.tables.iceberg.files import relative
from mesh_etl.tables.iceberg.live_copy import live_copies
from mesh_etl.tables.iceberg.partitions import keys_of, to_text

if TYPE_CHECKING:
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from mesh_etl.tables.iceberg.history import Version
    from mesh_etl.tables.iceberg.ledger import IcebergLedger
    from mesh_etl.tables.iceberg.partitions import Values

_NOTHING = Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0)


def foreign_entry(
    ledger: IcebergLedger, table: Table, version: Version, last: Entry, before: int, previous: str
) -> Entry:
    """The entry of a snapshot that another engine made after the entry `last` of this library.

    Its partitions are those whose files differ from the snapshot before. What was checked is what `last` says.
    """
    snapshot = version.snapshot
    assert snapshot is not None, "another engine's version is read from its snapshot"
    parent = table.metadata.snapshot_by_id(snapshot.parent_snapshot_id) if snapshot.parent_snapshot_id else None
    then = partitions_of(ledger, table, parent)[1] if parent else {}
    spec, now = partitions_of(ledger, table, snapshot)
    changed = [
        now.get(values) or Partition(values=values, folder="data", files=())
        for values in sorted(then.keys() | now.keys(), key=str)
        if then.get(values) != now.get(values)
    ]
    summary = snapshot.summary
    rewritten = summary is not None and summary.operation == Operation.REPLACE
    engine = [(summary[key] if summary else None) or "" for key in ("engine-name", "engine-version")]
    made = datetime.datetime.fromtimestamp(snapshot.timestamp_ms / 1000, datetime.UTC)
    return Entry(
        seq=version.seq,
        base_seq=before,
        txn=version.txn,
        idem_key="",
        product=last.product,
        operation="foreign rewrite" if rewritten else "foreign",
        committed_at=made.isoformat(timespec="milliseconds"),
        code_version="",
        engine=" ".join(engine).strip() or "unknown",
        contract=last.contract,
        columns=last.columns,
        partition_by=keys_of(spec, table.schema()),
        compression=last.compression,
        partitions=tuple(changed),
        counts=_NOTHING,
        rules=last.rules,
        evolved=last.evolved,
        previous=previous,
    )


def partitions_of(
    ledger: IcebergLedger, table: Table, snapshot: Snapshot
) -> tuple[PartitionSpec, dict[Values, Partition]]:
    """The partitions of a snapshot by the spec that they have, with every file as a reader has to see it.

    Raises `PlanError` ICEBERG_SPECS for files of several specs: what one calls a partition, the other does not have.
    """
    data, deletes = live(snapshot, table.io)
    copies = live_copies(ledger, table, data, deletes)
    specs, schema = table.specs(), table.schema()
    used = {entry.data_file.spec_id for entry in data} or {table.spec().spec_id}
    if len({keys_of(specs[one], schema) for one in used}) > 1:
        problem = "another engine has changed how the table is partitioned, and older files still lie in the old way"
        fix = "let it rewrite them: CALL system.rewrite_data_files, with the option rewrite-all"
        raise PlanError(Fault("ICEBERG_SPECS", problem, ".".join(table.name()), fix))
    files: dict[Values, list[DataFile]] = defaultdict(list)
    for entry in data:
        file = entry.data_file
        shown = copies.get(file.file_path) or DataFile(
            path=relative(ledger.layout, file.file_path), rows=file.record_count, bytes=file.file_size_in_bytes
        )
        values = to_text(file.partition._data, specs[file.spec_id], schema)
        files[values].append(shown)
    found = {
        values: Partition(values=values, folder="data", files=tuple(sorted(group, key=lambda one: one.path)))
        for values, group in files.items()
    }
    return specs[used.pop()], found
