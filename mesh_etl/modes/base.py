"""What a mode decides: what stays of the table, when work is done already, and what a rival commit means."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from mesh_etl.config.model import Model
from mesh_etl.contract.types import Schema
from mesh_etl.kernels.write.supply import Supplied
from mesh_etl.registry import Registry
from mesh_etl.tables.entry import Entry

Rivalry = Literal["none", "restage", "conflict"]


@dataclass(frozen=True)
class Needed:
    """A column that the key `key` of a mode names, which the contract must have.

    `types` are those that fit, any where there are none; with `like` it has the type of that column. An `optional` one
    may be missing from the contract. `supplied` columns are filled by the mode. With `partition`
    the table must be partitioned by the column itself. A column that `identifies` rows is
    required by the contract, and one that `orders` them has values that can be compared.
    """

    key: str
    name: str
    types: tuple[str, ...] = ()
    like: str = ""
    optional: bool = False
    supplied: bool = False
    partition: bool = False
    identifies: bool = False
    orders: bool = False


class Mode(Model):
    """How the staged partitions join the table.

    `clears`: partitions that were not staged go. `carries`: files of the partitions that were staged stay, next to the
    new ones. `incremental`: inputs that an earlier commit has read are not read again. `restages`: when a rival comes
    first and what was staged no longer fits, the run begins anew instead of failing. `keyed`: rows meet those of the
    table by a key, so that what a run brings and what it writes are not the same rows.
    """

    clears: ClassVar[bool] = False
    carries: ClassVar[bool] = False
    incremental: ClassVar[bool] = False
    restages: ClassVar[bool] = False
    keyed: ClassVar[bool] = False
    type: str

    @property
    def joining(self) -> Mode:
        """The mode by which rows meet those of the table."""
        return self

    def incoming(self, schema: Schema) -> Schema:
        """The columns that source and transforms must bring, where the contract has `schema`."""
        return schema

    def needed(self) -> tuple[Needed, ...]:
        """The columns that the contract must have for the mode to work."""
        return ()

    def supplied(self, schema: Schema, moment: datetime.datetime) -> tuple[Supplied, ...]:
        """The columns of `schema` that the mode fills, before rows are checked, in a run at this moment (in UTC)."""
        return ()

    def distinguishes(self, primary: Collection[str]) -> str:
        """The column that the contract's primary key lacks, where the mode keeps several rows of one key; or empty."""
        return ""

    def needs_whole(self) -> str:
        """Why a run cannot be given a few of its records alone, as a replay does; empty where it can."""
        return ""

    def occasion(self, moment: datetime.datetime) -> str:
        """What makes a run at this moment other work than the same at another; empty where nothing does."""
        return ""

    def stored(self, schema: Schema) -> Schema:
        """The columns that the table's files hold, where the contract has `schema`; readers see the contract's."""
        return schema

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        """The commit that makes this work superfluous: the last one, when it did the same.

        `entries` are in their order: all rivals of a run; or, of those since the table was replaced, the first one that
        did this work and the last one that changed rows. This is the guard `idempotency key` of the commit protocol.
        """
        last = next((entry for entry in reversed(entries) if not entry.is_upkeep), None)
        return last if last and last.idem_key == idem_key else None

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        """What a commit that came between means for one that touches these partitions."""
        overlap = rival.cleared or any(partition.values in touched for partition in rival.partitions)
        return "conflict" if overlap else "none"


mode: Registry[Mode] = Registry("mode")
