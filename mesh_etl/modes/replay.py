"""Add the refused records that pass by now."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.write.supply import Supplied
from mesh_etl.modes.base import Mode, Needed, Rivalry
from mesh_etl.tables.entry import Entry


class Replay(Mode):
    """The table holds what it held and the records that left the quarantine; no job can state this mode.

    Where rows meet those of the table by a key, they do so as in any run of the job. A replay is never done before, and
    any commit that came between makes it void: the records may have left already.
    """

    carries: ClassVar[bool] = True
    type: Literal["replay"] = Field(default="replay", description="Add refused records that pass by now.")
    of: Mode  # the job's

    @property
    def keyed(self) -> bool:  # type: ignore[override]
        """As in a run of the job."""
        return self.of.keyed

    @property
    def joining(self) -> Mode:
        return self.of if self.of.keyed else self

    def incoming(self, schema: Schema) -> Schema:
        return self.of.incoming(schema) if self.of.keyed else schema

    def needed(self) -> tuple[Needed, ...]:
        return self.of.needed() if self.of.keyed else ()

    def supplied(self, schema: Schema, moment: datetime.datetime) -> tuple[Supplied, ...]:
        return self.of.supplied(schema, moment) if self.of.keyed else ()

    def stored(self, schema: Schema) -> Schema:
        return self.of.stored(schema)

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        return None

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        return "conflict"
