"""Whether the ledger is whole: every version is there and readable, in its place, with the contract that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.tables.entry import RESTORE

if TYPE_CHECKING:
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.ledger import Ledger


def read_whole(ledger: Ledger) -> tuple[list[Entry], list[Fault]]:
    """The entries that can be read, oldest first, and what is wrong with the ledger."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    seqs = ledger.seqs()
    first = set(range(1, max(seqs, default=0) + 1)) if ledger.counted else set(seqs)
    for seq in sorted(first.difference(seqs)):
        path = ledger.layout.entry(seq)
        faults.append(Fault("LEDGER_MISSING", f"version {seq} is not in the ledger", path, RESTORE))
    for seq in seqs:
        try:
            entry = ledger.entry(seq)
        except PlanError as error:
            faults += error.faults
            continue
        if entry.seq != seq or (ledger.counted and entry.base_seq != seq - 1):
            problem = f"version {seq} says that it is version {entry.seq} on {entry.base_seq}"
            faults.append(Fault("LEDGER_UNREADABLE", problem, ledger.layout.entry(seq), RESTORE))
        entries.append(entry)
    return entries, faults


def require_whole(ledger: Ledger) -> list[Entry]:
    """All entries, oldest first. Raises `PlanError` with every fault of a ledger that is not whole.

    What such a ledger does not name may be what a lost entry did: nothing may be deleted by it.
    """
    entries, faults = read_whole(ledger)
    if faults:
        raise PlanError(*faults)
    return entries


def contract_faults(ledger: Ledger, entries: list[Entry]) -> list[Fault]:
    """What is wrong with the contracts that the entries name, each told once, for the last version that needs it."""
    faults: list[Fault] = []
    for entry in {one.contract.summary_sha256 or one.seq: one for one in entries}.values():
        try:
            ledger.contract(entry)
        except PlanError as error:
            faults += error.faults
    return faults
