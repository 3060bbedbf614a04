"""What of an Iceberg table may go: snapshots that are expired or lost a race, and metadata that nothing names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table.snapshots import ancestors_of
from pyiceberg.table.update import AssertTableUUID

from mesh_etl.errors import Fault, PublishError
from mesh_etl.storage import OutcomeUnknown
from mesh_etl.tables.iceberg.catalog import changing
from mesh_etl.tables.iceberg.commit import branch_of
from mesh_etl.tables.iceberg.files import relative
from mesh_etl.tables.iceberg.history import main_line, txn_of
from mesh_etl.tables.iceberg.live_copy import FOLDER
from mesh_etl.tables.iceberg.updates import remove_ref, remove_snapshots

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.table.metadata import TableMetadata

    from mesh_etl.tables.iceberg.ledger import IcebergLedger

_ATTEMPTS = 20


def expire_snapshots(ledger: IcebergLedger, versions: Collection[int]) -> None:
    """No engine can read these versions, but those that a branch, a tag or the head holds; files stay for now.

    Raises `PublishError` CONFLICT (retryable) when other commits come first again and again.
    """
    for _ in range(_ATTEMPTS):
        table = ledger.table()
        gone = _expired(table.metadata, versions) if table else []
        if table is None or not gone:
            return
        try:
            with changing(ledger.place):
                table.catalog.commit_table(
                    table,
                    (AssertTableUUID(uuid=table.metadata.table_uuid),),
                    (remove_snapshots(gone),),
                )
            return
        except (CommitFailedException, OutcomeUnknown):
            continue
    problem = f"other commits came first {_ATTEMPTS} times"
    raise PublishError(Fault("CONFLICT", problem, ledger.place, "run it again"), retryable=True)


def drop_branches(ledger: IcebergLedger, txns: Iterable[str]) -> None:
    """The branches on which these transactions, which may never commit, were staged are gone, with their snapshots.

    Where others keep coming first some stay until the next call.
    """
    names = {branch_of(txn) for txn in txns}
    for _ in range(_ATTEMPTS if names else 0):
        table = ledger.table()
        left = sorted(names & table.metadata.refs.keys()) if table else []
        if table is None or not left:
            return
        with suppress(CommitFailedException, OutcomeUnknown), changing(ledger.place):
            kept = {one.snapshot_id for one in ancestors_of(table.current_snapshot(), table.metadata)}
            staged = {table.metadata.refs[name].snapshot_id for name in left} - kept
            updates: Any = (
                *(remove_ref(name) for name in left),
                *([remove_snapshots(sorted(staged))] if staged else []),
            )
            table.catalog.commit_table(table, (AssertTableUUID(uuid=table.metadata.table_uuid),), updates)


def referenced(ledger: IcebergLedger, table: Table) -> frozenset[str]:
    """The files below the root that any snapshot left shows, and the metadata that describe them, by their paths."""
    return frozenset(relative(ledger.layout, address) for address in _addresses(table)) | _copies(ledger)


def _addresses(table: Table) -> Iterator[str]:
    yield table.metadata_location
    yield from (one.metadata_file for one in table.metadata.metadata_log)
    yield from (one.statistics_path for one in table.metadata.statistics)
    seen: set[str] = set()
    for snapshot in table.metadata.snapshots:
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in seen:
                seen.add(manifest.manifest_path)
                yield manifest.manifest_path
                yield from (
                    entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
                )


def _copies(ledger: IcebergLedger) -> frozenset[str]:
    """The reading copies that some version has."""
    names = (file.path for entry in ledger.entries() for one in entry.partitions for file in one.files if file.of)
    return frozenset(name for name in names if name.startswith(f"_ledger/{FOLDER}/"))


def _expired(metadata: TableMetadata, versions: Collection[int]) -> list[int]:
    held = {ref.snapshot_id for ref in metadata.refs.values()}
    line = {one.snapshot_id for one in main_line(metadata)}
    return [
        one.snapshot_id
        for one in metadata.snapshots
        if one.snapshot_id not in held
        and (
            (one.sequence_number in versions and one.snapshot_id in line)
            or (txn_of(one) and one.snapshot_id not in line)
        )
    ]
