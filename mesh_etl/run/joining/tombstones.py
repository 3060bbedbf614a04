"""Tombstones: the keys of rows that were deleted, each with its place in the order.

They are kept below the table's root for as long as late rows are expected, so that none of them brings a row back. A
commit that has deleted rows names all tombstones that stand, new and old; a commit that has not leaves them as they
were.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.tables.entry import Tombstones

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.plan import Plan


@dataclass(frozen=True)
class Graveyard:
    """How long tombstones are kept, and the columns by which rows are ordered."""

    order: tuple[str, ...]
    horizon: datetime.timedelta


def standing(plan: Plan, graveyard: Graveyard) -> list[Tombstones]:
    """The files of tombstones that are younger than the horizon."""
    if plan.head is None:
        return []
    oldest = (plan.moment - graveyard.horizon).isoformat()
    return [one for one in plan.ledger.state(plan.head.seq).tombstones if one.buried_at >= oldest]


def kept(plan: Plan, graveyard: Graveyard, txn: str, buried: pa.Table) -> tuple[Tombstones, ...]:
    """The new tombstones are in a file of the transaction; returns all that stand."""
    import pyarrow.parquet as pq

    layout, storage = plan.ledger.layout, plan.ledger.storage
    path = f"{layout.tombstones(txn)}/part-0.parquet"
    with storage.writing(path) as local:
        pq.write_table(buried, local, compression="zstd")
    new = Tombstones(path=layout.relative(path), rows=buried.num_rows, buried_at=plan.moment.isoformat())
    return (*standing(plan, graveyard), new)
