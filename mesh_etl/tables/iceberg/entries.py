"""What the versions of an Iceberg table say: the entries below `_ledger/entries`, and what other engines have made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.tables.entry import RESTORE, Entry, Partition, parsed
from mesh_etl.tables.iceberg.foreign import foreign_entry, partitions_of
from mesh_etl.tables.iceberg.history import Version, entry_name

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from mesh_etl.tables.iceberg.ledger import IcebergLedger

_KNOWN = 10_000
_entries: dict[str, Entry] = {}  # by path: an entry never changes


def read(ledger: IcebergLedger, name: str) -> Entry:
    """The entry of this name. Raises `PlanError` LEDGER_MISSING and LEDGER_UNREADABLE."""
    path = _path(ledger, name)
    known = _entries.get(path)
    if known is not None:
        return known
    content = ledger.storage.read(path)
    if content is None:
        raise PlanError(Fault("LEDGER_MISSING", "the entry of a version is not there", path, RESTORE))
    found = parsed(content, path)
    if len(_entries) >= _KNOWN:
        _entries.pop(next(iter(_entries)), None)
    _entries[path] = found
    return found


def keep(ledger: IcebergLedger, name: str, entry: Entry) -> None:
    """The entry is there; one of the same name says the same."""
    ledger.storage.create(_path(ledger, name), entry.model_dump_json().encode())


def keep_foreign(ledger: IcebergLedger, found: Sequence[Version]) -> str:
    """The versions of other engines have entries as well; returns the name of the newest entry, '' for no version."""
    name = ""
    for index, version in enumerate(found):
        if not version.name:
            seen = entry_of(ledger, found, index).model_copy(update={"previous": name})
            keep(ledger, entry_name(version.seq, seen.txn), seen)
        name = version.name or entry_name(version.seq, version.txn)
    return name


def entry_of(ledger: IcebergLedger, found: Sequence[Version], index: int) -> Entry:
    """The entry of one of all versions: as it was written, or what another engine's snapshot comes to.

    Raises `PlanError` LEDGER_MISSING and LEDGER_UNREADABLE.
    """
    version = found[index]
    before = found[index - 1].seq if index else 0
    if version.name:
        entry = read(ledger, version.name).model_copy(update={"base_seq": before})
    else:
        entry = foreign_entry(ledger, _table(ledger), version, _last_of_ours(ledger, found, index), before, "")
    if version.follows_expired and version.snapshot is not None:
        whole = _whole(ledger, _table(ledger), version.snapshot, found[:index])
        entry = entry.model_copy(update={"partitions": whole})
    return entry


def _last_of_ours(ledger: IcebergLedger, found: Sequence[Version], index: int) -> Entry:
    """The newest entry of this library before the version, or the oldest that is left."""
    named = [one.name for one in found[:index] if one.name] or [one.name for one in found if one.name][:1]
    if not named:
        problem = "no version of the table that is left was made by this library"
        raise PlanError(Fault("LEDGER_MISSING", problem, ledger.place, "publish it as a new product"))
    return read(ledger, named[-1])


def _whole(ledger: IcebergLedger, table: Table, snapshot: Snapshot, older: Iterable[Version]) -> tuple[Partition, ...]:
    """All partitions of the oldest snapshot that is left, and without files those that only older versions had.

    What came of the snapshots between is not known any more. What the older entries say of inputs, refused rows and
    files that stand goes on to hold.
    """
    _, whole = partitions_of(ledger, table, snapshot)
    entries = (read(ledger, one.name) for one in older if one.name)
    gone = {one.values for entry in entries for one in entry.partitions} - whole.keys()
    return (*whole.values(), *(Partition(values=one, folder="data", files=()) for one in sorted(gone, key=str)))


def _table(ledger: IcebergLedger) -> Table:
    table = ledger.table()
    if table is None:
        problem = "the catalogue had the table, and has it no more"
        raise PlanError(Fault("LEDGER_MISSING", problem, ledger.place, "see who dropped it before you run again"))
    return table


def _path(ledger: IcebergLedger, name: str) -> str:
    return ledger.layout.path("_ledger", "entries", f"{name}.json")
