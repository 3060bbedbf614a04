"""Apply the changes that were captured from a database."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.config.target import ColumnName
from mesh_etl.contract.types import Schema
from mesh_etl.modes.base import mode
from mesh_etl.modes.keyed import Days, Deletes, Keyed, with_text


@mode
class Cdc(Keyed):
    """The table is a copy of the source's after the changes that came: I inserts or updates, U as well, D deletes.

    `sequence` orders changes as text, so that digits of one width compare as numbers of any length do. A row of a full
    load has none and is earlier than all changes. The columns for operation and sequence are read and not part of the
    contract; files keep the sequence, which no reader of the table sees. A change of a key must come as a deletion of
    the old and an insertion of the new one: an update under the new key alone leaves the old row.

        mode: {type: cdc, keys: [order_key], operation: _op, sequence: _seq}
    """

    type: Literal["cdc"] = Field(default="cdc", description="Changes that were captured from a database.")
    operation: ColumnName = Field(description="The column of the operation: I, U or D, and L for a full load.")
    sequence: ColumnName = Field(
        description="The column of the change's place in the source's log, text of one width; none in a full load."
    )
    ties: Literal["error", "last"] = Field(
        default="error",
        description="What happens to changes of one key and sequence that differ: the run fails, or the one that was "
        "read last wins.",
    )
    tombstones: Days = Field(
        default="30d", description="For how long changes may be delivered again after a deletion, in days."
    )

    def incoming(self, schema: Schema) -> Schema:
        return with_text(schema, self.operation, self.sequence)

    def stored(self, schema: Schema) -> Schema:
        return with_text(schema, self.sequence)

    def removals(self) -> Deletes:
        return Deletes(column=self.operation, values=("D",))
