"""Another product of the mesh."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from mesh_etl.config.model import Model
from mesh_etl.contract.types import Field as ColumnField
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.sources.base import Opened, Source, SourceContext, source
from mesh_etl.stores import InputFile
from mesh_etl.tables.history import ChangesUnknown, TableFile
from mesh_etl.tables.keys import key_type
from mesh_etl.tables.ledger import Ledger, Snapshot
from mesh_etl.tables.table_state import TableState, first_loss
from mesh_etl.tables.versions import TAG, numbered

if TYPE_CHECKING:
    from mesh_etl.kernels.stored.reader import StoredReader


class Between(Model):
    """The commits whose rows are read: those after one version, up to and with another."""

    after: int = Field(ge=0, description="The version before the first commit whose rows are read; 0: from the start.")
    until: int | None = Field(default=None, ge=1, description="The last version whose rows are read; default: newest.")

    @model_validator(mode="after")
    def _is_in_order(self) -> Between:
        if self.until is not None and self.until <= self.after:
            raise ValueError("until must be later than after")
        return self


@source
class Table(Source):
    """The rows of another product, read through its ledger: one committed version, whole, or what commits have added.

    With `between`, all commits in the range must have added rows and taken none away; the range may end before a
    later one that did. Mode append reads what was added since the table was read last, under the same condition.

    source: {type: table, product: sales.orders, columns: [order_key, order_date], between: {after: 3, until: 7}}
    """

    type: Literal["table"] = Field(default="table", description="Another product of this mesh.")
    product: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", description="The product, as domain.name.")
    columns: tuple[str, ...] = Field(default=(), description="The columns to read; default: all.")
    version: Annotated[int, Field(ge=1)] | Annotated[str, Field(pattern=f"^{TAG}$")] | None = Field(
        default=None, description="The version to read, by number or tag; default: the newest."
    )
    between: Between | None = Field(default=None, description="Read the rows that these commits have added, no others.")

    @model_validator(mode="after")
    def _is_one_question(self) -> Table:
        if self.version is not None and self.between is not None:
            raise ValueError("version and between exclude each other")
        return self

    def open(self, context: SourceContext) -> Opened:
        ledger = context.ledger(self.product)
        last = self._last(ledger.state(), context)
        state = ledger.state(last)
        snapshot = self._snapshot(ledger.shown(state), last, context)
        files = standing = state.standing()
        self._require_nothing_lost(ledger, files, snapshot, context)
        if self.between:
            try:
                files = state.added(self.between.after)
            except ChangesUnknown as error:
                problem = f"version {error.seq} of {self.product} took rows away or wrote them anew"
                fix = f"begin after it: between: {{after: {error.seq}}}, or read a version whole"
                raise PlanError(Fault("CHANGES_UNKNOWN", problem, context.where("between"), fix)) from None
        unseen = [one for file in files for one in file.where(partial(_is_unseen, ledger, context.seen))]
        self._require_there(ledger, set(unseen) - set(standing), context)
        fresh = tuple(_pinned(ledger, snapshot, one) for one in unseen)
        skipped = len(set(files) - set(unseen))
        return Opened(fresh, self._reader(ledger, snapshot, context), skipped=skipped)

    def _last(self, newest: TableState, context: SourceContext) -> int | None:
        """The version that is read, or up to which; None for the newest. One that does not exist is found out later."""
        stated = self.between.until if self.between else self.version
        if stated is None or (isinstance(stated, int) and stated > newest.seq):
            return stated
        return numbered(newest, stated, self.product, context.where("between" if self.between else "version"))

    def _snapshot(self, snapshot: Snapshot | None, last: int | None, context: SourceContext) -> Snapshot:
        if snapshot is None or (last is not None and snapshot.seq != last):
            problem = f"{self.product} has no {'table yet' if last is None else f'version {last}'}"
            fix = f"run it first: mesh-etl run {self.product}" if last is None else "see mesh-etl history"
            raise PlanError(Fault("INPUT_MISSING", problem, context.where("product"), fix))
        if self.between and self.between.after > snapshot.seq:
            problem, fix = f"{self.product} has no version {self.between.after}", "see mesh-etl history"
            raise PlanError(Fault("INPUT_MISSING", problem, context.where("between", "after"), fix))
        return snapshot

    def _require_nothing_lost(
        self, ledger: Ledger, files: list[TableFile], snapshot: Snapshot, context: SourceContext
    ) -> None:
        """Rows that an incremental job has read are still there; else those that replaced them would come on top."""
        before = [path for path in context.seen if path.startswith(f"{ledger.layout.data('')}/")]
        lost = set(before) - {address for one in files for address in _addresses(ledger, one)}
        if not lost:
            return
        seq = first_loss(ledger.entries(), {path.rpartition("/")[2] for path in lost})
        if seq is None or seq > snapshot.seq:
            problem = f"version {snapshot.seq} of {self.product} lacks rows that this job has read before"
            fix = "read the newest version, or use mode replace"
        else:
            problem = f"version {seq} of {self.product} replaced rows that this job has read before"
            fix = "use mode replace or replace_partitions, once or for good"
        raise PlanError(Fault("CHANGES_UNKNOWN", problem, context.where("product"), fix))

    def _require_there(self, ledger: Ledger, files: Collection[TableFile], context: SourceContext) -> None:
        """Files that were compacted with others, which this job has read or does not ask for, are still there."""
        for file in files:
            folder, _, name = ledger.layout.path(file.path).rpartition("/")
            if name not in ledger.storage.names(folder):
                problem = f"{self.product} was compacted, and the files with only the rows that are new have expired"
                fix = "read it whole: use mode replace or replace_partitions, once or for good"
                raise PlanError(Fault("CHANGES_UNKNOWN", problem, context.where("product"), fix))

    def _reader(self, ledger: Ledger, snapshot: Snapshot, context: SourceContext) -> StoredReader:
        """The reader of what the job may see, of which other columns and rows are no part."""
        from mesh_etl.kernels.stored.shown import ShownReader, deciding
        from mesh_etl.kernels.stored.written import WrittenReader

        schema = ledger.schema(snapshot.entry)
        types = {column.name: column.type for column in schema}
        keys = [key for key in snapshot.entry.partition_by if key.transform != "identity"]
        derived = [ColumnField(key.name, key_type(key.transform, types[key.column])) for key in keys]
        known = {column.name: column for column in (*schema, *derived)}
        behind = {key.name: key.column for key in keys}
        portions = context.shown(self.product, tuple(known), behind, self.columns)
        where = context.where("columns")
        faults = [
            Fault("COLUMN_MISSING", f"{self.product} has no column '{name}'", where, did_you_mean(name, known))
            for name in self.columns
            if name not in known
        ]
        if faults:
            raise PlanError(*faults)
        wanted = tuple(known[name] for name in self.columns) if self.columns else schema
        if portions is None:
            return WrittenReader(wanted)
        shown = frozenset[str]().union(*(one.columns for one in portions))
        seen = tuple(column for column in wanted if column.name in shown)
        needed = {column.name for column in seen} | deciding(portions)
        return ShownReader(seen, portions=portions, whole=tuple(known[name] for name in known if name in needed))


def _pinned(ledger: Ledger, snapshot: Snapshot, file: TableFile) -> InputFile:
    constants = tuple((key.name, value) for key, value in zip(snapshot.entry.partition_by, file.values, strict=True))
    return ledger.storage.file(ledger.layout.path(file.path), file.bytes, constants, _address(ledger, file))


def _is_unseen(ledger: Ledger, seen: Collection[str], file: TableFile) -> bool | None:
    """Whether no row of the file was read; None where that is to be asked of the files that it is made of."""
    if _address(ledger, file) in seen:
        return False
    return None if file.of else True


def _addresses(ledger: Ledger, file: TableFile) -> Iterator[str]:
    """The addresses by which the rows of a file can have been read."""
    yield _address(ledger, file)
    for one in file.of:
        yield from _addresses(ledger, one)


def _address(ledger: Ledger, file: TableFile) -> str:
    """The place at which the file was committed first: it stays the same when later commits carry the file on."""
    return ledger.layout.path(file.origin)
