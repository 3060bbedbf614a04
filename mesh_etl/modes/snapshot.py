"""Keep a full copy of the source for each load date."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import ClassVar, Literal

from pydantic import Field

from mesh_etl.config.target import ColumnName
from mesh_etl.contract.types import Schema
from mesh_etl.kernels.write.supply import Supplied
from mesh_etl.modes.base import Mode, Needed, Rivalry, mode
from mesh_etl.tables.entry import Entry


@mode
class Snapshot(Mode):
    """The rows of the run's date are those of this run and no others; rows of other dates stay as they were.

    The date is that of the run in UTC, or the one that `run --date` names. It fills the column that `date` names, which
    the contract has and by which the table is partitioned; source and transforms do not bring it.

        mode: {type: snapshot, date: snapshot_date}
    """

    restages: ClassVar[bool] = True
    type: Literal["snapshot"] = Field("snapshot", description="A full copy of the source for each load date.")
    date: ColumnName = Field(description="The column of the load date, a date by which the table is partitioned.")

    def needed(self) -> tuple[Needed, ...]:
        return (Needed("date", self.date, ("date",), supplied=True, partition=True),)

    def incoming(self, schema: Schema) -> Schema:
        return tuple(column for column in schema if column.name != self.date)

    def supplied(self, schema: Schema, moment: datetime.datetime) -> tuple[Supplied, ...]:
        return tuple(Supplied(one.name, one.type, moment.date()) for one in schema if one.name == self.date)

    def distinguishes(self, primary: Collection[str]) -> str:
        return self.date if primary and self.date not in primary else ""

    def needs_whole(self) -> str:
        return "a row belongs to the copy of its date"

    def occasion(self, moment: datetime.datetime) -> str:
        return moment.date().isoformat()

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        """A rival may have brought partitions of this date that this run has not seen."""
        return super().rivalry(touched, rival) if rival.is_upkeep else "conflict"
