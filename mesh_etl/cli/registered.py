"""How far the catalogues' entries of a product are from its ledger. Nothing here writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import PublishError
from mesh_etl.publish.catalog import Difference, difference
from mesh_etl.publish.central import central_difference
from mesh_etl.publish.desired import desired

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger
    from mesh_etl.worlds import World


def lacking(job: LoadedJob, contract: Contract, ledger: Ledger, world: World) -> tuple[str, ...] | None:
    """What the catalogues lack of the ledger's head, in words, None for a table without a commit.

    What keeps the central one from being looked at is told as well. Raises `PublishError` for the product's own.
    """
    snapshot = ledger.snapshot()
    if snapshot is None:
        return None
    wanted = desired(job, contract, ledger, snapshot, world)
    own = _lines(difference(world.client("glue", job.identity), wanted))
    try:
        central = central_difference(job, wanted, world)
    except PublishError as error:
        return (*own, *map(str, error.faults))
    return (*own, *(f"central: {line}" for line in _lines(central))) if central else own


def _lines(found: Difference) -> tuple[str, ...]:
    if found.superseded:
        return (f"{found.place} records version {found.recorded_seq}, which the ledger does not have",)
    return found.lines()
