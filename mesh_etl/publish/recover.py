"""Steps 0 and 7 of the commit protocol: roll the catalogue forward to the ledger's head.

It is the head that is published, never "my changes": whoever comes next, after whatever crash, ends in the same state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.announce import Announcer
from mesh_etl.publish.catalog import Difference, register
from mesh_etl.publish.central import roll_forward
from mesh_etl.publish.desired import desired

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

_ROUNDS = 5


@dataclass(frozen=True)
class Recovered:
    """What had to change in the catalogue of the product's account and in the central one; false when nothing had.

    `central` is None in a mesh without a central catalogue. `warnings` are what has stopped nothing.
    """

    own: Difference
    central: Difference | None = None
    warnings: tuple[Fault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.own or self.central)

    def lines(self) -> tuple[str, ...]:
        """The changes in words, one thing a line, those of the product's own entry first."""
        return self.own.lines()

    def central_lines(self) -> tuple[str, ...]:
        """The changes of the central entry in words."""
        return self.central.lines() if self.central else ()


def recover(
    job: LoadedJob, contract: Contract, ledger: Ledger, world: World, *, before_work: bool = False
) -> Recovered | None:
    """Both catalogues say what the ledger's head says; returns what had to change, None where there is no table yet.

    `before_work` says that work on the table follows, and then another recovery: a central catalogue that cannot be
    rolled forward is a warning now, and keeps nobody from the work.

    Raises `PublishError`: LEDGER_BEHIND when a catalogue records a version that the ledger does not have, and what
    `register` and `roll_forward` raise.
    """
    for _ in range(_ROUNDS):
        snapshot = _head(ledger)
        if snapshot is None:
            return None
        wanted = desired(job, contract, ledger, snapshot, world)
        announce = Announcer(job, ledger, snapshot, world)
        own = register(world.client("glue", job.identity), wanted, announce=announce)
        try:
            central = None if own.superseded else roll_forward(job, wanted, world, announce)
        except PublishError as error:
            if not before_work:
                raise
            central, announce.faults = None, [*announce.faults, *error.faults]
        if _settled(ledger, snapshot):
            for change in (own, central):
                if change is not None and change.superseded:
                    raise _behind(change, ledger, snapshot)
            ledger.keep_state()
            return Recovered(own, central, tuple(announce.faults))
    problem = "new versions are committed faster than the catalogue can follow"
    raise PublishError(Fault("CATALOG_UNSETTLED", problem, job.product, "run again"), retryable=True)


def _behind(change: Difference, ledger: Ledger, snapshot: Snapshot) -> PublishError:
    problem = f"the catalogue's entry {change.place} records version {change.recorded_seq}"
    fix = "the ledger was removed or restored: delete the catalogue's table, then run again"
    return PublishError(
        Fault("LEDGER_BEHIND", f"{problem}, the ledger ends at {snapshot.seq}", ledger.layout.ledger(), fix)
    )


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
