"""Add the rows of new inputs to the table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from mesh_etl.modes.base import Mode, Rivalry, mode
from mesh_etl.tables.entry import Entry


@mode
class Append(Mode):
    """The table holds what it held and the rows of the inputs that no commit has read yet.

    Inputs are remembered in the ledger by path, size and version, so a second run reads only what is new.

        mode: append
    """

    carries: ClassVar[bool] = True
    incremental: ClassVar[bool] = True
    type: Literal["append"] = Field(default="append", description="Add the rows of inputs that were not read before.")

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        return next((entry for entry in entries if entry.idem_key == idem_key), None)

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        return "none" if super().rivalry(touched, rival) == "none" else "restage"
