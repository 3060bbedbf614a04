"""Add the refused records that pass by now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from mesh_etl.modes.base import Mode, Rivalry
from mesh_etl.tables.entry import Entry


class Replay(Mode):
    """The table holds what it held and the records that left the quarantine; no job can state this mode.

    A replay is never done before, and any commit that came between makes it void: the records may have left already.
    """

    carries: ClassVar[bool] = True
    type: Literal["replay"] = Field(default="replay", description="Add refused records that pass by now.")

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        return None

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        return "conflict"
