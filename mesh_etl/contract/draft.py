"""A contract as its file states it, before anybody relies on it: what the lints look at."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_etl.config.document import Document
from mesh_etl.contract.odcs import DataContract
from mesh_etl.contract.table import Loc, Table


@dataclass(frozen=True)
class Draft:
    """The model, the file it stands in, and the one table of it that is looked at, by its number."""

    odcs: DataContract
    document: Document
    index: int = 0

    @property
    def table(self) -> Table:
        """The table that is looked at."""
        return self.odcs.tables[self.index]

    @property
    def top(self) -> Loc:
        """The path of that table in the file."""
        return "schema", self.index

    def where(self, *loc: str | int, key: bool = False) -> str:
        """The place `file:line:column` of a value, or of its key, by the keys from the top of the file."""
        return self.document.where(loc, key)
