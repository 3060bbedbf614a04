"""How far the catalogue's entry of a product is from its ledger. Nothing here writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.publish.catalog import Difference, difference
from mesh_etl.publish.desired import desired

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger
    from mesh_etl.worlds import World


def difference_of(job: LoadedJob, contract: Contract, ledger: Ledger, world: World) -> Difference | None:
    """What the catalogue lacks of the ledger's head; None for a table without a commit. Raises `PublishError`."""
    snapshot = ledger.snapshot()
    if snapshot is None:
        return None
    return difference(world.client("glue", job.identity), desired(job, contract, ledger, snapshot, world))
