"""One commit: the snapshot is written to a branch of its own, read back there, and published by moving main to it.

    stage     AddSchema? AddPartitionSpec? AddSnapshot, ref mesh_<txn> → the snapshot     nobody reads it yet
    audit     the branch as the catalogue has it by now: its files, rows and totals
    publish   SetCurrentSchema? SetDefaultSpec? ref main → the snapshot, branch gone, properties; main is as it was

Each step is one compare-and-set of the pointer in the catalogue: a run that dies leaves main as it was, or moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyiceberg.manifest import ManifestEntryStatus
from pyiceberg.table import Transaction
from pyiceberg.table.refs import MAIN_BRANCH, SnapshotRefType
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update import (
    AddPartitionSpecUpdate,
    AddSnapshotUpdate,
    AssertTableUUID,
    SetPropertiesUpdate,
    TableUpdate,
)
from pyiceberg.table.update.snapshot import _FastAppendFiles, _OverwriteFiles

from mesh_etl.errors import Fault, PublishError
from mesh_etl.tables.iceberg.catalog import AssertLastSequenceNumber, changing, last_number
from mesh_etl.tables.iceberg.data_files import written
from mesh_etl.tables.iceberg.updates import add_schema, is_at, remove_ref, set_branch, set_schema, set_spec, set_tag

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile, ManifestFile
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

ENTRY = "mesh_etl.entry"  # the property that names the entry of the last commit of this library


@dataclass(frozen=True)
class Change:
    """What a commit makes of the table: its schema and spec from then on, files that come and files that go."""

    schema: Schema
    spec: PartitionSpec
    added: Sequence[DataFile]
    gone: Sequence[DataFile]
    summary: dict[str, str]
    rewrites: bool = False  # the same rows in other files
    tags: Mapping[str, int | None] = field(default_factory=dict)  # snapshots by their new names; None takes one away


class _Overwrite(_OverwriteFiles):
    """An overwrite whose threads do not share what decides where the files that go are listed.

    Pyiceberg 0.12 gives one evaluator to all of them, which keeps in itself the bounds of the manifest that it looks
    at: of two threads one may decide by the other's manifest, and files are then missed.
    """

    def _build_manifest_evaluator(self, spec_id: int) -> Callable[[ManifestFile], bool]:
        build = super()._build_manifest_evaluator
        return lambda manifest: build(spec_id)(manifest)


def branch_of(txn: str) -> str:
    """The branch on which a transaction is staged."""
    return f"mesh_{txn}"


def stage(table: Table, branch: str, change: Change) -> int:
    """The snapshot is on the branch, on top of main; returns its number.

    Raises `CommitFailedException` when another commit came first, and `OutcomeUnknown`.
    """
    head = table.metadata.current_snapshot_id
    local = Transaction(table)
    shape: tuple[TableUpdate, ...] = ()
    if change.schema.schema_id not in table.schemas():
        shape += (add_schema(change.schema),)
    if change.spec.spec_id not in table.specs():
        shape += (AddPartitionSpecUpdate(spec=change.spec),)
    local._stage(shape)
    local._stage(_current(table, change))
    if head is not None:
        local._stage((set_branch(branch, head),))
    kind = _Overwrite if change.gone else _FastAppendFiles
    operation = Operation.OVERWRITE if change.gone else Operation.APPEND
    producer = kind(
        operation=operation, transaction=local, io=table.io, snapshot_properties=change.summary, branch=branch
    )
    for file in change.added:
        producer.append_data_file(file)
    for file in change.gone:
        producer.delete_data_file(file)
    try:
        (addition, _), _ = producer._commit()
        assert isinstance(addition, AddSnapshotUpdate), "a producer adds a snapshot first"
        if change.rewrites and addition.snapshot.summary:
            summary = addition.snapshot.summary.model_copy(update={"operation": Operation.REPLACE})
            addition = AddSnapshotUpdate(snapshot=addition.snapshot.model_copy(update={"summary": summary}))
        reference = set_branch(branch, addition.snapshot.snapshot_id)
        requirements: Any = (
            AssertTableUUID(uuid=table.metadata.table_uuid),
            is_at(MAIN_BRANCH, head),
            AssertLastSequenceNumber(last_sequence_number=last_number(table.metadata)),
        )
        with changing(".".join(table.name())):
            table.catalog.commit_table(table, requirements, (*shape, addition, reference))
    except Exception as error:
        if type(error).__name__ == "CommitFailedException":  # definite: nothing refers to the manifests
            producer._clean_all_uncommitted()
        raise
    return addition.snapshot.sequence_number or 0


def audit(table: Table, branch: str, change: Change) -> None:
    """The branch holds what was staged. Raises `PublishError` STAGED_SNAPSHOT when it does not."""
    snapshot = table.metadata.snapshot_by_name(branch)
    assert snapshot is not None, "the branch was staged"
    found: dict[ManifestEntryStatus, dict[str, int]] = {}
    for entry in written(snapshot, table.io):
        found.setdefault(entry.status, {})[entry.data_file.file_path] = entry.data_file.record_count
    added = found.get(ManifestEntryStatus.ADDED, {})
    gone = found.get(ManifestEntryStatus.DELETED, {})
    if (
        added != {file.file_path: file.record_count for file in change.added}
        or set(gone) != {file.file_path for file in change.gone}
        or not _totals_fit(table, snapshot, sum(added.values()) - sum(gone.values()))
    ):
        problem = "the staged snapshot does not say what was staged; it was not published"
        raise PublishError(Fault("STAGED_SNAPSHOT", problem, ".".join(table.name()), "run again"), retryable=True)


def publish(table: Table, branch: str, change: Change, name: str) -> None:
    """Main is the branch's snapshot, if it has not moved since the branch was staged, and the branch is gone.

    Raises `CommitFailedException` when another commit came first, and `OutcomeUnknown`.
    """
    snapshot = table.metadata.snapshot_by_name(branch)
    assert snapshot is not None, "the branch was staged"
    updates = (
        *_current(table, change),
        set_branch(MAIN_BRANCH, snapshot.snapshot_id),
        remove_ref(branch),
        *_tags(table, change),
        SetPropertiesUpdate(updates={ENTRY: name}),
    )
    requirements = (
        AssertTableUUID(uuid=table.metadata.table_uuid),
        is_at(MAIN_BRANCH, snapshot.parent_snapshot_id),
        is_at(branch, snapshot.snapshot_id),
    )
    with changing(".".join(table.name())):
        table.catalog.commit_table(table, requirements, updates)


def drop(table: Table, branch: str) -> None:
    """The branch is gone; its snapshot goes with those that expire. Raises as `publish`."""
    if branch in table.metadata.refs:
        known = is_at(branch, table.metadata.refs[branch].snapshot_id)
        with changing(".".join(table.name())):
            table.catalog.commit_table(table, (known,), (remove_ref(branch),))


def _current(table: Table, change: Change) -> tuple[TableUpdate, ...]:
    """What makes schema and spec of the change those of the table."""
    found: tuple[TableUpdate, ...] = ()
    if table.metadata.current_schema_id != change.schema.schema_id:
        found += (set_schema(change.schema.schema_id),)
    if table.metadata.default_spec_id != change.spec.spec_id:
        found += (set_spec(change.spec.spec_id),)
    return found


def _tags(table: Table, change: Change) -> Iterator[TableUpdate]:
    """The names of versions as Iceberg's tags. Raises `PublishError` TAG_TAKEN where a branch has the name."""
    for name, snapshot_id in change.tags.items():
        known = table.metadata.refs.get(name)
        if known is not None and known.snapshot_ref_type != SnapshotRefType.TAG:
            problem = f"'{name}' is a branch of the Iceberg table"
            raise PublishError(Fault("TAG_TAKEN", problem, ".".join(table.name()), "choose another name"))
        if snapshot_id is not None:
            yield set_tag(name, snapshot_id)
        elif known is not None:
            yield remove_ref(name)


def _totals_fit(table: Table, snapshot: Snapshot, rows: int) -> bool:
    before = table.metadata.snapshot_by_id(snapshot.parent_snapshot_id) if snapshot.parent_snapshot_id else None
    old = _total(before) if before else 0
    new = _total(snapshot)
    return old is None or new is None or new == old + rows


def _total(snapshot: Snapshot) -> int | None:
    text = snapshot.summary["total-records"] if snapshot.summary else None
    return int(text) if text else None
