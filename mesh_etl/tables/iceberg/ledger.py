"""The ledger of an Iceberg table: Iceberg's snapshots are its versions, and moving main to one is the commit.

What an entry says beyond files (counts, inputs, verdicts) lies as JSON below `_ledger/entries`, written before main
moves; the snapshot's summary names its transaction. Which entry counts is for the snapshots on main to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa
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
from mesh_etl.tables.entry import RESTORE, Entry
from mesh_etl.tables.iceberg import commit, entries, live_copy, upkeep
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

    from mesh_etl.contract.summary import Summary

_ATTEMPTS = 20
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
                return entries.entry_of(self, found, index)
        problem, fix = f"version {seq} is not in the table's history", "mesh-etl history lists those that are left"
        raise PlanError(Fault("LEDGER_MISSING", problem, self.place, fix))

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        found = self._versions()
        for index, one in enumerate(found):
            if one.seq > after and (until is None or one.seq <= until):
                yield entries.entry_of(self, found, index)

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

        Raises `OutcomeUnknown` where the table cannot be looked at, or was rolled back by somebody meanwhile: its files
        are the table's, nobody may remove them.
        """
        try:
            found = self._versions()
            index = next((at for at, one in enumerate(found) if one.name and one.txn == entry.txn), None)
            if index is not None:
                return entries.entry_of(self, found, index)
        except MeshError as error:
            raise OutcomeUnknown from error
        raise OutcomeUnknown

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
            problem, fix = "the catalogue names metadata that are not there", f"the table's own file is lost: {RESTORE}"
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
        number = (staged.sequence_number or 0) if staged else commit.stage(table, branch, change)
        previous = entries.keep_foreign(self, self._versions())
        name = entry_name(number, entry.txn)
        entries.keep(self, name, entry.model_copy(update={"seq": number, "previous": previous}))
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
        return versions(table.metadata, partial(entries.read, self)) if table else []

    def _txn_at(self, seq: int) -> str | None:
        return next((one.txn for one in self._versions() if one.seq == seq), None)
