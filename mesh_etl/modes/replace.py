"""Make the table exactly what the job made."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Literal

from pydantic import Field

from mesh_etl.modes.base import Mode, Rivalry, mode
from mesh_etl.tables.entry import Entry


@mode
class Replace(Mode):
    """The table holds the rows of this run and no others.

    mode: replace
    """

    clears: ClassVar[bool] = True
    type: Literal["replace"] = Field(default="replace", description="The table becomes what this run makes.")

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        return "none" if rival.is_upkeep else "conflict"
