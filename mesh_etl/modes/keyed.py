"""What modes share whose rows meet those of the table by a key."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Sequence
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from mesh_etl.config.model import Model
from mesh_etl.config.target import ColumnName
from mesh_etl.contract.types import Field as Column
from mesh_etl.contract.types import Schema, Simple
from mesh_etl.modes.base import Mode, Needed, Rivalry
from mesh_etl.tables.entry import Entry

Columns = Annotated[tuple[ColumnName, ...], Field(min_length=1)]
_DAYS = "^[0-9]{1,5}d$"


def _in_days(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(_DAYS, value):
        raise PydanticCustomError("bad_format", "is no number of days", {"fix": "write it as in 30d"})
    return value


Days = Annotated[str, Field(pattern=_DAYS), BeforeValidator(_in_days)]


class Deletes(Model):
    """The rows that take the row of their key away: those that have one of `values` in `column`."""

    column: ColumnName = Field(description="The column that tells; the contract need not have it.")
    values: tuple[str, ...] = Field(min_length=1, description="What it holds in such a row, as text.")


class Keyed(Mode):
    """A mode that reads inputs once, and begins anew when any commit has changed what it has looked at."""

    carries: ClassVar[bool] = True
    incremental: ClassVar[bool] = True
    restages: ClassVar[bool] = True
    keyed: ClassVar[bool] = True
    keys: Columns = Field(description="The columns that make two rows the same; the contract requires their values.")

    def needed(self) -> tuple[Needed, ...]:
        return tuple(Needed("keys", name, identifies=True) for name in self.keys)

    def removals(self) -> Deletes | None:
        """Which of the rows that come take a row away."""
        return None

    def done(self, entries: Sequence[Entry], idem_key: str) -> Entry | None:
        return next((entry for entry in entries if entry.idem_key == idem_key), None)

    def rivalry(self, touched: Collection[tuple[str | None, ...]], rival: Entry) -> Rivalry:
        """A rival that changed rows may have brought some of these keys; one that wrote files anew took some away."""
        return super().rivalry(touched, rival) if rival.is_upkeep else "conflict"


def with_text(schema: Schema, *names: str) -> Schema:
    """The schema with these columns; those that it lacks are text, at its end."""
    known = {column.name for column in schema}
    return (*schema, *(Column(name, Simple("string")) for name in dict.fromkeys(names) if name not in known))


def age(days: str) -> datetime.timedelta:
    """The time that a number of days such as `30d` is."""
    return datetime.timedelta(days=int(days.removesuffix("d")))
