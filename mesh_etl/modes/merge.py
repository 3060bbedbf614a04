"""Bring the table up to date by keys: insert, update, delete."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.contract.types import Schema
from mesh_etl.modes.base import Needed, mode
from mesh_etl.modes.keyed import Columns, Days, Deletes, Keyed, with_text


@mode
class Merge(Keyed):
    """The table holds the latest row of each key, of those that it held and those of inputs that no commit has read.

    `order_by` tells which row is later. A row that comes late, older than the table's or than the deletion of its key,
    changes nothing. Without it a row that comes is later than one of the table, and a run with two different rows of
    one key is a tie.

        mode:
          type: merge
          keys: [order_key]
          order_by: [updated_at]
          deletes: {column: status, values: [cancelled]}
    """

    type: Literal["merge"] = Field(default="merge", description="The latest row of each key.")
    order_by: Columns | None = Field(
        default=None, description="The columns that say which row is later, the first one first. NULL is the earliest."
    )
    deletes: Deletes | None = Field(default=None, description="Which rows take the row of their key away.")
    ties: Literal["error", "last"] = Field(
        default="error",
        description="What happens to rows of one key that no order tells apart and that differ: the run fails, or the "
        "row that was read last wins.",
    )
    tombstones: Days = Field(
        default="30d", description="For how long late rows are kept from bringing a deleted key back, in days."
    )

    def needed(self) -> tuple[Needed, ...]:
        return (*super().needed(), *(Needed("order_by", name, orders=True) for name in self.order_by or ()))

    def incoming(self, schema: Schema) -> Schema:
        return with_text(schema, self.deletes.column) if self.deletes else schema

    def removals(self) -> Deletes | None:
        return self.deletes
