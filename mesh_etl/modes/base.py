"""What a mode decides: what stays of the table, when work is done already, and what a rival commit means."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Literal

from mesh_etl.config.model import Model
from mesh_etl.contract.types import Schema
from mesh_etl.registry import Registry
from mesh_etl.tables.entry import Entry

Rivalry = Literal["none", "restage", "conflict"]


class Mode(Model):
    """How the staged partitions join the table.

    `clears`: partitions that were not staged go. `carries`: files of the partitions that were staged stay, next to the
    new ones. `incremental`: inputs that an earlier commit has read are not read again. `restages`: when a rival comes
    first and what was staged no longer fits, the run begins anew instead of failing.
    """

    clears: ClassVar[bool] = False
    carries: ClassVar[bool] = False
    incremental: ClassVar[bool] = False
    restages: ClassVar[bool] = False
    type: str

    def incoming(self, schema: Schema) -> Schema:
        """The columns that source and transforms must bring, where the contract has `schema`."""
        return schema

    def stored(self, schema: Schema) -> Schema:
        """The columns that the table's files hold, where the contract has `schema`; readers see the contract's."""
        return schema

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        """The commit that makes this work superfluous: the last one, when it did the same."""
        last = next((entry for entry in reversed(entries) if not entry.is_upkeep), None)
        return last if last and last.idem_key == idem_key else None

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        """What a commit that came between means for one that touches these partitions."""
        overlap = rival.cleared or any(partition.values in touched for partition in rival.partitions)
        return "conflict" if overlap else "none"


mode: Registry[Mode] = Registry("mode")
