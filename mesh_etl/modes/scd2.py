"""Keep every version of a row, with the time in which it was valid."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import Literal

from pydantic import Field

from mesh_etl.config.target import ColumnName
from mesh_etl.contract.types import DataType, Schema
from mesh_etl.contract.types import Field as Column
from mesh_etl.kernels.write.supply import Supplied
from mesh_etl.modes.base import Mode, Needed, mode
from mesh_etl.modes.keyed import Columns, Deletes, Keyed, with_text
from mesh_etl.tables.entry import Entry

_MOMENTS = ("timestamp", "timestamp_ntz", "date")


@mode
class Scd2(Keyed):
    """The table holds the versions of each key: a row for each state, valid from a moment until the next one's.

    A row that comes begins a version at the moment that `effective` names, or at that of the run; one that changes none
    of the columns `compare` begins none. A row that comes late gets its place between the versions that are there. The
    version that was valid at the time of a deletion ends with it. The contract has the columns of the period, which
    source and transforms do not bring.

        mode: {type: scd2, keys: [customer_id], effective: changed_at}
    """

    type: Literal["scd2"] = Field(default="scd2", description="Every version of a row, with its time.")
    effective: ColumnName | None = Field(
        default=None,
        description="The column with the moment since which a row holds; the contract need not have it. Without one it "
        "is the moment of the run.",
    )
    compare: Columns | None = Field(
        default=None, description="The columns whose change makes a version; by default all that are not named here."
    )
    valid_from: ColumnName = Field(default="valid_from", description="The column of a version's first moment.")
    valid_to: ColumnName = Field(default="valid_to", description="The column of the first moment after a version.")
    is_current: ColumnName = Field(default="is_current", description="The column that is true for the last version.")
    open_end: datetime.date | None = Field(
        default=None, description="What the last version has in valid_to, such as 9999-12-31; NULL by default."
    )
    deletes: Deletes | None = Field(default=None, description="Which rows end the version of their key.")
    absent: Literal["keep", "close"] = Field(
        default="keep",
        description="What happens to a key that does not come: nothing, or, where each run reads all that there is, "
        "its version ends with the moment of the run.",
    )

    @property
    def incremental(self) -> bool:  # type: ignore[override]
        """What every run reads in full has to be read again."""
        return self.absent == "keep"

    @property
    def period(self) -> tuple[str, str, str]:
        """The columns that the mode fills."""
        return self.valid_from, self.valid_to, self.is_current

    def compared(self, schema: Schema) -> tuple[str, ...]:
        """The columns of the contract's `schema` whose change makes a version."""
        removal = self.deletes.column if self.deletes else None
        others = {*self.keys, *self.period, self.effective, removal}
        return self.compare or tuple(column.name for column in schema if column.name not in others)

    def needed(self) -> tuple[Needed, ...]:
        return (
            *super().needed(),
            Needed("valid_from", self.valid_from, _MOMENTS, supplied=True),
            Needed("valid_to", self.valid_to, _MOMENTS, supplied=True, like=self.valid_from),
            Needed("is_current", self.is_current, ("boolean",), supplied=True),
            *((Needed("effective", self.effective, like=self.valid_from, optional=True),) if self.effective else ()),
            *(Needed("compare", name) for name in self.compare or ()),
        )

    def incoming(self, schema: Schema) -> Schema:
        kinds = {column.name: column.type for column in schema}
        rest = tuple(column for column in schema if column.name not in self.period)
        if self.effective is not None and self.effective not in kinds and self.valid_from in kinds:
            rest = (*rest, Column(self.effective, kinds[self.valid_from]))
        return with_text(rest, self.deletes.column) if self.deletes else rest

    def supplied(self, schema: Schema, moment: datetime.datetime) -> tuple[Supplied, ...]:
        """The period that a row has as the last version of its key."""
        kinds = {column.name: column.type for column in schema}
        start, end = kinds[self.valid_from], kinds[self.valid_to]
        return (
            Supplied(self.valid_from, start, column=self.effective)
            if self.effective
            else Supplied(self.valid_from, start, moment_of(start, moment)),
            Supplied(self.valid_to, end, self.last_end(end)),
            Supplied(self.is_current, kinds[self.is_current], True),
        )

    def last_end(self, kind: DataType) -> datetime.date | None:
        """The end of a last version, where that has the type `kind`."""
        if self.open_end is None:
            return None
        return moment_of(kind, datetime.datetime.combine(self.open_end, datetime.time(), datetime.UTC))

    def distinguishes(self, primary: Collection[str]) -> str:
        return self.valid_from if primary and set(primary) <= set(self.keys) else ""

    def removals(self) -> Deletes | None:
        return self.deletes

    def needs_whole(self) -> str:
        return "" if self.incremental else "the versions of keys that do not come would end"

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        return super().done(entries, idem_key) if self.incremental else Mode.done(self, entries, idem_key)


def moment_of(kind: DataType, moment: datetime.datetime) -> datetime.date:
    """The moment in UTC as a value of the type."""
    if kind.ddl() == "date":
        return moment.date()
    return moment.replace(tzinfo=None) if kind.ddl() == "timestamp_ntz" else moment
