"""Steps 0 and 7 of the commit protocol: roll the catalogue forward to the ledger's head.

It is the head that is published, never "my changes": whoever comes next, after whatever crash, ends in the same state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.catalog import Difference, register
from mesh_etl.publish.desired import desired

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

_ROUNDS = 5


def recover(job: LoadedJob, contract: Contract, ledger: Ledger, world: World) -> Difference | None:
    """The catalogue says what the ledger's head says; returns what had to change, None where there is no table yet.

    Raises `PublishError`: LEDGER_BEHIND when the catalogue records a version that the ledger does not have.
    """
    for _ in range(_ROUNDS):
        snapshot = _head(ledger)
        if snapshot is None:
            return None
        change = register(world.client("glue", job.identity), desired(job, contract, ledger, snapshot, world))
        if _settled(ledger, snapshot):
            if change.superseded:
                problem = f"the catalogue records version {change.recorded_seq}, the ledger ends at {snapshot.seq}"
                fix = "the ledger was removed or restored: delete the catalogue's table, then run again"
                raise PublishError(Fault("LEDGER_BEHIND", problem, ledger.layout.ledger(), fix))
            ledger.keep_state()
            return change
    problem = "new versions are committed faster than the catalogue can follow"
    raise PublishError(Fault("CATALOG_UNSETTLED", problem, job.product, "run again"), retryable=True)


def _head(ledger: Ledger) -> Snapshot | None:
    """What the catalogue is to say: all of the ledger's head, whoever made it; None where there is no table yet.

    This is the guard `publish the head` of the commit protocol.
    """
    return ledger.snapshot()


def _settled(ledger: Ledger, published: Snapshot) -> bool:
    """Whether no version came while this one was published: its publisher may have died, or have been overwritten.

    This is the guard `verify after publish` of the commit protocol; `register` does the same for the catalogue, which
    it reads again until it has stood still.
    """
    return not ledger.seqs(published.seq)
