"""The fence: what upkeep has declared dead can never be committed, so that its files may be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PublishError

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Ledger


def refuse_fenced(ledger: Ledger, txn: str, base: int) -> None:
    """No entry up to version `base`, on which the transaction is to be committed, fences it.

    This is the guard `fence` of the commit protocol. An entry that fences the transaction after this was asked takes
    the place in the ledger that the commit asks for, so that it is asked again with that entry in it.

    Raises `PublishError` FENCED (retryable).
    """
    if base and txn in ledger.state(base).fenced:
        problem = "upkeep gave this run up for dead before it committed, and deletes its files"
        fix = "run again; where runs are that slow, let upkeep wait longer: maintenance: {orphans: {older_than: …}}"
        raise PublishError(Fault("FENCED", problem, ledger.layout.ledger(), fix), retryable=True)
