"""The ledger of an Iceberg table: Iceberg's snapshots are its versions, and moving main to one is the commit.

What an entry says beyond files (counts, inputs, verdicts) lies as JSON below `_ledger/entries`, written before main
moves; the snapshot's summary names its transaction. Which entry counts is for the snapshots on main to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa
from pydantic import ValidationError
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NoSuchIcebergTableError,
    NoSuchPropertyException,
    NoSuchTableError,
    TableAlreadyExistsError,
)

from mesh_etl.contract.types import Schema
from mesh_etl.errors import Fault, MeshError, PlanError
from mesh_etl.storage import OutcomeUnknown
from mesh_etl.tables.entry import Entry, Partition
from mesh_etl.tables.iceberg import commit, foreign, live_copy, upkeep
from mesh_etl.tables.iceberg.catalog import TableCatalog, changing, reading
from mesh_etl.tables.iceberg.change import change_of, settled
from mesh_etl.tables.iceberg.files import location
from mesh_etl.tables.iceberg.history import Version, entry_name, main_line, txn_of, versions
from mesh_etl.tables.iceberg.partitions import spec_of
from mesh_etl.tables.iceberg.schema import arrow_schema, evolved, fresh
from mesh_etl.tables.ledger import Ledger
from mesh_etl.tables.table_state import TableState

if TYPE_CHECKING:
    import numpy as np
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from mesh_etl.contract.summary import Summary

_ATTEMPTS = 20
_KNOWN = 10_000
_entries: dict[str, Entry] = {}  # by path: an entry never changes
_UPGRADE = "it was damaged, or written by a newer mesh_etl: restore the file or upgrade"
PROPERTIES = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "false",  # `expire` removes what no version needs
}


@dataclass(frozen=True)
class IcebergLedger(Ledger):
    """The versions of the table `identifier` (database and name) in the catalogue that `client` asks.

    Files stay where they were written: no commit carries them.
    """

    counted: ClassVar[bool] = False  # numbers of snapshots that lost a race are missing
    one_folder: ClassVar[bool] = False
    identifier: tuple[str, str] = field(kw_only=True)
    client: Callable[[], Any] = field(kw_only=True)

    def seqs(self, after: int = 0) -> list[int]:
        return [one.seq for one in self._versions() if one.seq > after]

    def entry(self, seq: int) -> Entry:
        found = self._versions()
        for index, version in enumerate(found):
            if version.seq == seq:
                return self._entry(found, index)
        raise PlanError(Fault("LEDGER_MISSING", f"version {seq} is not in the table's history", self.place))

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        found = self._versions()
        for index, one in enumerate(found):
            if one.seq > after and (until is None or one.seq <= until):
                yield self._entry(found, index)

    def state(self, seq: int | None = None) -> TableState:
        known = self._known.state
        if known.seq and self._txn_at(known.seq) != known.txn:  # another engine has rolled the table back
            self._known.state = TableState()
        return super().state(seq)

    def append(self, entry: Entry) -> bool:
        """True when a snapshot on main is this entry's, False when the table has moved on from the entry's base.

        An answer that was lost is looked for in the table: is the snapshot on main? Nothing is undone on a guess.
        """
        lost = False
        for _ in range(_ATTEMPTS):
            try:
                table = self.table() or self._created(entry)
                line = main_line(table.metadata)
                if any(txn_of(one) == entry.txn for one in line):
                    return True
                if (line[-1].sequence_number if line else 0) != entry.base_seq:
                    self._drop(table, entry.txn)
                    return False
                self._commit(table, entry)
                return True
            except CommitFailedException:
                continue
            except OutcomeUnknown:
                lost = True
            except MeshError as error:
                if lost:  # the answer that was lost may have been a success
                    raise OutcomeUnknown from error
                raise
        if lost:
            raise OutcomeUnknown
        return False

    def committed(self, entry: Entry) -> Entry:
        """The entry as the table has it, with the number of its snapshot.

        Raises `OutcomeUnknown` where the table cannot be looked at: its files are the table's, nobody may remove them.
        """
        try:
            seq = next(one.seq for one in reversed(self._versions()) if one.name.endswith(f"-{entry.txn}"))
            return self.entry(seq)
        except MeshError as error:
            raise OutcomeUnknown from error

    def file_schema(self, schema: Schema, contract: Summary | None = None) -> pa.Schema:
        """The Arrow schema of files with these columns, with the field ids that the table has or will have."""
        table = self.table()
        if table is None:
            return arrow_schema(schema, fresh(schema))
        return arrow_schema(schema, evolved(table, schema, self._renamed(table, contract) if contract else {}))

    def forget(self, versions: Collection[int]) -> None:
        """The snapshots of these versions are gone, if no branch or tag holds them, and those that lost a race."""
        upkeep.expire_snapshots(self, versions)

    def abandon(self, txns: Iterable[str]) -> None:
        """The branches on which these transactions were staged are gone."""
        upkeep.drop_branches(self, txns)

    def referenced(self) -> frozenset[str]:
        table = self.table()
        return upkeep.referenced(self, table) if table else frozenset()

    def table(self) -> Table | None:
        """The Iceberg table as it is now; None where there is none.

        Raises `PlanError` CATALOG_FOREIGN for a name that belongs to another kind of table.
        """
        try:
            with reading(self.place):
                return self.catalog().load_table(self.identifier)
        except (NoSuchIcebergTableError, NoSuchPropertyException):
            problem = "the catalogue has a table of this name that is no Iceberg table"
            fix = "choose another product name, or drop that entry"
            raise PlanError(Fault("CATALOG_FOREIGN", problem, self.place, fix)) from None
        except NoSuchTableError:
            return None
        except FileNotFoundError:
            problem, fix = "the catalogue names metadata that are not there", "restore the files of the table"
            raise PlanError(Fault("LEDGER_MISSING", problem, self.place, fix)) from None

    def catalog(self) -> TableCatalog:
        """The catalogue that has the table."""
        return TableCatalog(self.client(), self.storage)

    def shorten(self, path: str, source: str, size: int, rows: int, gone: np.ndarray) -> tuple[int, int]:
        """At `path` readers find the file `source` without the rows at the positions `gone`.

        `size` and `rows` are those of the file itself; returned are those of what readers find. Positions are in order,
        each once.
        """
        return live_copy.copied(self.storage, path, source, gone)

    @property
    def place(self) -> str:
        """The table as messages name it."""
        return ".".join(self.identifier)

    def _commit(self, table: Table, entry: Entry) -> None:
        """Stage, audit, publish. Raises `CommitFailedException` when another came first, and `OutcomeUnknown`."""
        entry = settled(self, entry)
        branch = commit.branch_of(entry.txn)
        schema = evolved(table, self.schema(entry), self._renamed(table, self.contract(entry)))
        change = change_of(self, table, entry, schema)
        reference = table.metadata.refs.get(branch)
        staged = table.metadata.snapshot_by_id(reference.snapshot_id) if reference else None
        if staged is not None and staged.parent_snapshot_id != table.metadata.current_snapshot_id:
            commit.drop(table, branch)
            raise CommitFailedException("the branch stands on an older head")
        number = staged.sequence_number if staged else commit.stage(table, branch, change)
        before = self._versions()
        numbered = entry.model_copy(update={"seq": number, "previous": self._kept(before)})
        name = entry_name(numbered.seq, entry.txn)
        self._keep_entry(name, numbered)
        again = self.table()
        if again is None or branch not in again.metadata.refs:
            raise CommitFailedException("the branch has gone")
        commit.audit(again, branch, change)
        commit.publish(again, branch, change, name)

    def _created(self, entry: Entry) -> Table:
        """The table exists, without rows."""
        schema = fresh(self.schema(entry))
        catalog = self.catalog()
        for _ in range(_ATTEMPTS):
            with suppress(OutcomeUnknown, TableAlreadyExistsError), changing(self.place):
                if not catalog.namespace_exists(self.identifier[0]):
                    with suppress(NamespaceAlreadyExistsError):
                        catalog.create_namespace(self.identifier[0])
                catalog.create_table(
                    self.identifier,
                    schema,
                    location(self.layout.root),
                    partition_spec=spec_of(entry.partition_by, schema),
                    properties=PROPERTIES,
                )
            found = self.table()
            if found is not None:
                return found
        raise OutcomeUnknown

    def _drop(self, table: Table, txn: str) -> None:
        """The branch of a commit that came too late is gone, if the catalogue lets it; upkeep removes what is left."""
        with suppress(CommitFailedException, OutcomeUnknown):
            commit.drop(table, commit.branch_of(txn))

    def _renamed(self, table: Table, contract: Summary) -> dict[str, str]:
        """The old names of columns, by the new ones, that kept their `id` in the contract."""
        line = main_line(table.metadata)
        if not line:
            return {}
        last = self.contract(self.entry(line[-1].sequence_number or 0)).columns
        old = {one.id: one.name for one in last if one.id}
        new = {one.id: one.name for one in contract.columns if one.id}
        names = {one.name for one in last}
        return {name: old[id_] for id_, name in new.items() if id_ in old and old[id_] != name and name not in names}

    def _versions(self) -> list[Version]:
        table = self.table()
        return versions(table.metadata, self._read) if table else []

    def _txn_at(self, seq: int) -> str | None:
        return next((_txn(one) for one in self._versions() if one.seq == seq), None)

    def _entry(self, found: list[Version], index: int) -> Entry:
        """The entry of a version: as it was written, or what another engine's snapshot comes to."""
        version = found[index]
        before = found[index - 1].seq if index else 0
        if version.name:
            entry = self._read(version.name).model_copy(update={"base_seq": before})
        else:
            named = [one.name for one in found[:index] if one.name] or [one.name for one in found if one.name][:1]
            if not named:
                problem = "no version of the table that is left was made by this library"
                raise PlanError(Fault("LEDGER_MISSING", problem, self.place, "publish it as a new product"))
            entry = foreign.foreign_entry(self, self._there(), version, self._read(named[-1]), before, "")
        if version.follows_expired and version.snapshot is not None:
            whole = self._whole(self._there(), version.snapshot, found[:index])
            entry = entry.model_copy(update={"partitions": whole})
        return entry

    def _there(self) -> Table:
        table = self.table()
        assert table is not None, "a table with versions is there"
        return table

    def _whole(self, table: Table, snapshot: Snapshot, older: Iterable[Version]) -> tuple[Partition, ...]:
        """All partitions of the oldest snapshot that is left, and without files those that only older versions had.

        What came of the snapshots between is not known any more. What the older entries say of inputs, refused rows and
        files that stand goes on to hold.
        """
        _, whole = foreign.partitions_of(self, table, snapshot)
        entries = (self._read(one.name) for one in older if one.name)
        gone = {one.values for entry in entries for one in entry.partitions} - whole.keys()
        return (*whole.values(), *(Partition(values=one, folder="data", files=()) for one in sorted(gone, key=str)))

    def _read(self, name: str) -> Entry:
        """The entry of this name. Raises `PlanError` LEDGER_MISSING and LEDGER_UNREADABLE."""
        path = self.layout.path("_ledger", "entries", f"{name}.json")
        known = _entries.get(path)
        if known is not None:
            return known
        content = self.storage.read(path)
        if content is None:
            raise PlanError(Fault("LEDGER_MISSING", "the entry of a version is not there", path, "restore the file"))
        try:
            found = Entry.model_validate_json(content)
        except ValidationError as error:
            problem = f"the entry does not read as one ({error.error_count()} faults)"
            raise PlanError(Fault("LEDGER_UNREADABLE", problem, path, _UPGRADE)) from None
        if len(_entries) >= _KNOWN:
            _entries.pop(next(iter(_entries)), None)
        _entries[path] = found
        return found

    def _kept(self, found: list[Version]) -> str:
        """The name of the newest entry, after those of other engines are written down as well."""
        name = ""
        for index, version in enumerate(found):
            if not version.name:
                seen = self._entry(found, index).model_copy(update={"previous": name})
                self._keep_entry(entry_name(version.seq, seen.txn), seen)
            name = version.name or entry_name(version.seq, _txn(version))
        return name

    def _keep_entry(self, name: str, entry: Entry) -> None:
        """The entry is there; one of the same name says the same."""
        self.storage.create(self.layout.path("_ledger", "entries", f"{name}.json"), entry.model_dump_json().encode())


def _txn(version: Version) -> str:
    if version.name:
        return version.name[21:]
    return f"snapshot-{version.snapshot.snapshot_id}" if version.snapshot else ""
