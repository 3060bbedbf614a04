"""The ledger of a table: its entries are the truth, and creating one is the commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from mesh_etl.contract.summary import Summary, canonical
from mesh_etl.contract.types import Field, parse
from mesh_etl.errors import Fault, MeshError, PlanError, RunError
from mesh_etl.storage import OutcomeUnknown, Storage
from mesh_etl.tables import checkpoint
from mesh_etl.tables.entry import RESTORE, UPGRADE, ContractRef, Entry, Partition, parsed
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.table_state import TableState

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.contract.types import Schema

_ATTEMPTS = 20


@dataclass(frozen=True)
class Snapshot:
    """The table as one version of the ledger says: its entry, and all partitions by their values.

    `data` is the entry that changed the rows of the table last; `refused` counts the rows in the quarantine.
    """

    entry: Entry
    data: Entry
    partitions: dict[tuple[str | None, ...], Partition]
    refused: int

    @property
    def seq(self) -> int:
        """The version."""
        return self.entry.seq

    @property
    def rows(self) -> int:
        """The rows of the table."""
        return sum(partition.rows for partition in self.partitions.values())

    @property
    def files(self) -> int:
        """The files of the table."""
        return sum(len(partition.files) for partition in self.partitions.values())

    @property
    def bytes(self) -> int:
        """The bytes of the table."""
        return sum(file.bytes for partition in self.partitions.values() for file in partition.files)


class _Known:
    """What a ledger has read already; entries never change. A copy in another process begins anew."""

    def __init__(self) -> None:
        self.state = TableState()
        self.checkpoint = 0  # the version of the newest one that was read or written

    def __reduce__(self) -> tuple[type[_Known], tuple[()]]:
        return _Known, ()


@dataclass(frozen=True)
class Ledger:
    """The entries below a table's root, in a storage."""

    counted: ClassVar[bool] = True  # a version's number is one more than that before it
    one_folder: ClassVar[bool] = True  # all files of a partition lie together, since a catalogue names one folder

    layout: Layout
    storage: Storage
    _known: _Known = field(default_factory=_Known, init=False, repr=False, compare=False)

    def seqs(self, after: int = 0) -> list[int]:
        """The versions that exist and are later than `after`, oldest first."""
        names = self.storage.names(self.layout.ledger(), f"{after:020d}.json" if after else "")
        return [int(name[:20]) for name in names if _is_entry(name)]

    def entry(self, seq: int) -> Entry:
        """The entry of a version. Raises `PlanError` when it is missing or cannot be read."""
        path = self.layout.entry(seq)
        content = self.storage.read(path)
        if content is None:
            raise PlanError(Fault("LEDGER_MISSING", f"version {seq} is not in the ledger", path, RESTORE))
        return parsed(content, path)

    def contract(self, entry: Entry) -> Summary:
        """The summary of the contract that a commit was checked against.

        Raises `PlanError`: LEDGER_MISSING, and LEDGER_UNREADABLE for one that is damaged or newer than this library.
        """
        kept = entry.contract
        found = self._summary(kept) if kept.summary is None else dict(kept.summary)
        try:
            return Summary.from_json(found)
        except (TypeError, KeyError):
            problem = f"the contract of version {entry.seq} does not read"
            where = self.layout.entry(entry.seq)
            raise PlanError(Fault("LEDGER_UNREADABLE", problem, where, UPGRADE)) from None

    def schema(self, entry: Entry) -> Schema:
        """The columns of the version with their exact types.

        The catalogue's spelling, which the entry has, loses what the contract's says: whether a timestamp has a zone.
        """
        exact = {one.name: one.type for one in self.contract(entry).columns}
        return tuple(Field(name, parse(exact.get(name, type_))) for name, type_ in entry.columns)

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """The entries later than version `after` up to version `until`, oldest first."""
        yield from (self.entry(seq) for seq in self.seqs(after) if until is None or seq <= until)

    def state(self, seq: int | None = None) -> TableState:
        """What the commits come to, up to a version or all of them; `TableState.seq` is 0 where there is none.

        Read from the newest checkpoint on. It is shared: nobody changes it.
        """
        known = self._known.state
        if known.seq == seq:
            return known
        state = (known if known.seq and (seq is None or known.seq < seq) else self._checkpoint(seq)).copy()
        for later in self.entries(state.seq, seq):
            state.apply(later, self.state)
        if state.seq > self._known.state.seq:
            self._known.state = state
        return state

    def snapshot(self, seq: int | None = None) -> Snapshot | None:
        """The table at a version, or at its head; None for a table without a commit."""
        return self.shown(self.state(seq))

    def shown(self, state: TableState) -> Snapshot | None:
        """The table as a reader sees it in this state; None for a table without a commit."""
        if not state.seq:
            return None
        entry = self.entry(state.seq)
        data = entry if state.data in (0, state.seq) else self.entry(state.data)
        return Snapshot(entry, data, dict(state.partitions), sum(one.rows for one in state.refused.values()))

    def asked(self, state: TableState, idem_key: str) -> list[Entry]:
        """The commits that tell a mode whether work is done: its first one since the table was replaced, the newest."""
        return [self.entry(seq) for seq in sorted({state.work.get(idem_key, 0), state.data} - {0})]

    def keep_state(self) -> None:
        """A later reader finds a checkpoint and few entries after it. Called after a commit; never fails."""
        state = self._known.state
        if state.seq - self._known.checkpoint >= checkpoint.EVERY:
            self._known.checkpoint = state.seq
            checkpoint.write(self.layout, self.storage, state)

    def keep(self, summary: Summary) -> str:
        """The summary is in the ledger; returns the hash of its content, by which an entry names it.

        It is written before the entry. One that no entry names does no harm: the next commit that has it finds it.
        Raises `RunError` STORAGE_FAILED where the storage does not answer; then there is no commit yet.
        """
        content = canonical(summary.to_json()).encode()
        name = hashlib.sha256(content).hexdigest()
        path = self.layout.contract(name)
        try:
            _definite(lambda: self.storage.create(path, content))
        except OutcomeUnknown:
            problem = "the storage does not answer; nothing was committed"
            raise RunError(Fault("STORAGE_FAILED", problem, path, "run again"), retryable=True) from None
        return name

    def append(self, entry: Entry) -> bool:
        """True when the entry is in the ledger at its version, False when another one is.

        An answer that was lost is asked for again until it is definite: the same create, never an undo.
        """
        content = entry.model_dump_json().encode()
        path = self.layout.entry(entry.seq)
        return _definite(lambda: self.storage.create(path, content) or self._is_mine(entry))

    def committed(self, entry: Entry) -> Entry:
        """The entry as the ledger has it, after `append` has answered True."""
        return entry

    def forget(self, versions: Collection[int]) -> None:
        """Nothing but the ledger knows these versions, which are expired: no other engine can read them."""

    def abandon(self, txns: Iterable[str]) -> None:
        """Nothing beside the ledger refers to these transactions, which may never commit."""

    def referenced(self) -> frozenset[str] | None:
        """The files that some version shows to any engine; None where the catalogue's folders tell."""
        return None

    def file_schema(self, schema: Schema, contract: Summary | None = None) -> pa.Schema | None:
        """The Arrow schema that files with these columns, of this contract, must have; None where their own will do."""
        return None

    def _checkpoint(self, seq: int | None) -> TableState:
        """The newest state that was kept of this very table, no later than the version; else the empty one."""
        for one in reversed(checkpoint.seqs(self.layout, self.storage)):
            if seq is not None and one > seq:
                continue
            state = checkpoint.read(self.layout, self.storage, one)
            if state is not None and self._has(state):
                self._known.checkpoint = max(one, self._known.checkpoint)
                return state
        return TableState()

    def _has(self, state: TableState) -> bool:
        """Whether the commit that the state ends with is in the ledger."""
        return state.seq in self.seqs(state.seq - 1)[:1] and self.entry(state.seq).txn == state.txn

    def _summary(self, kept: ContractRef) -> dict[str, Any]:
        """The summary that lies beside the entries."""
        path = self.layout.contract(kept.summary_sha256)
        content = self.storage.read(path)
        if content is None:
            problem = f"the summary of contract {kept.id} {kept.version} is not in the ledger"
            raise PlanError(Fault("LEDGER_MISSING", problem, path, RESTORE))
        if hashlib.sha256(content).hexdigest() != kept.summary_sha256:
            raise PlanError(Fault("LEDGER_UNREADABLE", "the contract's summary is damaged", path, RESTORE))
        found: dict[str, Any] = json.loads(content)
        return found

    def _is_mine(self, entry: Entry) -> bool:
        """Whether the entry that is there is this one; where it cannot be looked at, that is unknown."""
        try:
            return self.entry(entry.seq).txn == entry.txn
        except RunError as error:
            raise OutcomeUnknown from error


def _definite(ask: Callable[[], bool]) -> bool:
    """The answer, asked for again while it is lost. Raises `OutcomeUnknown` when it stays so.

    This is the guard `unknown is not failed` of the commit protocol: nobody undoes anything on `OutcomeUnknown`.
    Once an answer was lost, a refusal tells nothing of the request before it: credentials may have expired since.
    """
    lost = False
    for _ in range(_ATTEMPTS):
        try:
            return ask()
        except OutcomeUnknown:
            lost = True
        except MeshError:
            if lost:
                raise OutcomeUnknown from None
            raise
    raise OutcomeUnknown


def _is_entry(name: str) -> bool:
    return len(name) == 25 and name.endswith(".json") and name[:20].isdigit()
