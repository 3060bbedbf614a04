"""Take rows out of a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from mesh_etl.contract.types import Schema
from mesh_etl.modes.base import Mode, Rivalry
from mesh_etl.tables.entry import Entry


class Delete(Mode):
    """The table holds what it held but for some rows, whose files are written anew; no job can state this mode.

    A commit that changed rows in between may have brought some that are to go, and one that wrote files anew may have
    taken those that were read: either makes the work begin anew.
    """

    carries: ClassVar[bool] = True
    restages: ClassVar[bool] = True
    type: Literal["delete"] = Field(default="delete", description="Take rows out of the table.")
    of: Mode  # the job's, which knows what the files hold

    def stored(self, schema: Schema) -> Schema:
        return self.of.stored(schema)

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        return None

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        return super().rivalry(touched, rival) if rival.is_upkeep else "conflict"
