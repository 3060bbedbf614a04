"""Hold ledger, files and catalogue against each other, and close the gaps that can be closed without inventing rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mesh_etl.contract.load import contract_of
from mesh_etl.errors import Fault, PublishError
from mesh_etl.plan.build import ledger_of, taken_over
from mesh_etl.publish import recover
from mesh_etl.publish.catalog import Difference, difference
from mesh_etl.publish.central import central_difference
from mesh_etl.publish.desired import desired
from mesh_etl.upkeep.lifetimes import Lifetime, expired, lifetimes, states
from mesh_etl.upkeep.removal import present
from mesh_etl.upkeep.verify import checkpoints
from mesh_etl.upkeep.verify.files import Looked, faults, looked_at
from mesh_etl.upkeep.verify.ledger import contract_faults, read_whole
from mesh_etl.upkeep.verify.report import Verified

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World


def verify(job: LoadedJob, world: World, repair: bool = False, checksums: bool = False) -> Verified:
    """What is wrong between the ledger, the files of all versions that can be read, and the catalogue.

    With `checksums` every byte is read. With `repair` the catalogue says afterwards what the ledger's head says;
    nothing else is touched, and no row is made up: for what is lost, the finding names the way back. Where the ledger
    itself is damaged nothing more is looked at, since it says what there should be.

    Raises `PublishError` where the catalogue does not answer.
    """
    ledger = ledger_of(job, job.product)
    entries, broken = read_whole(ledger)
    broken += contract_faults(ledger, entries)
    found = Verified(job.product, entries[-1].seq if entries else None, len(entries), damage=broken)
    if broken or not entries:
        return found
    ledger = _with_right_checkpoints(found, job, ledger, entries, repair)
    there = present(ledger, "data", "quarantine", "metrics", "_ledger/live")
    _files(found, ledger, entries, there, checksums, job.job.target.mode.clears)
    _refused(found, ledger, there)
    _kept_states(found, ledger, entries, there)
    _catalogue(found, job, ledger, world, repair)
    return found


def _files(
    found: Verified,
    ledger: Ledger,
    entries: Sequence[Entry],
    there: Mapping[str, int],
    checksums: bool,
    again: bool,
) -> None:
    """`again` says that a run makes the whole table from its inputs."""
    gone = expired(entries)
    readable = [entry.seq for entry in entries if entry.seq not in gone]
    lives = {path: life for path, life in lifetimes(entries).items() if life.is_of(readable)}
    looked = list(looked_at(ledger, lives.values(), there, checksums))
    found.versions = len(readable)
    found.files = len(lives)
    found.bytes = sum(life.file.bytes for life in lives.values())
    found.summed = sum(one.summed for one in looked)
    found.unsummed = sum(1 for life in lives.values() if not life.file.crc32) if checksums else 0
    way_back = _way_back(found.product, entries, readable, lives, looked)
    if again:
        way_back += f"; or make the table anew: touch an input, then mesh-etl run {found.product}"
    found.damage += faults(ledger, looked, lives, way_back)


def _way_back(
    product: str,
    entries: Sequence[Entry],
    readable: Sequence[int],
    lives: Mapping[str, Lifetime],
    looked: Sequence[Looked],
) -> str:
    """What an owner can do who has lost files of the newest version."""
    harmed = [lives[one.path] for one in looked if one.code]
    for state in reversed(states(entries)):
        whole = [seq for seq in state.versions if seq in readable and not any(life.is_of([seq]) for life in harmed)]
        if whole:
            back = f"mesh-etl rollback {product} --to {whole[-1]}, the newest version that is whole"
            return f"restore it from a backup, or go back: {back}; then run again what came since"
    return f"restore it from a backup: no version of {product} is whole without it"


def _with_right_checkpoints(
    found: Verified, job: LoadedJob, ledger: Ledger, entries: Sequence[Entry], repair: bool
) -> Ledger:
    """The ledger, read anew where wrong states were kept of it and are gone now."""
    wrong = checkpoints.wrong(ledger, entries)
    if not wrong:
        return ledger
    place = ledger.layout.checkpoint(wrong[-1])
    if not repair:
        problem = f"{len(wrong)} kept states of the table are not what its commits come to"
        found.behind.append(Fault("CHECKPOINT_WRONG", problem, place, f"mesh-etl verify {job.product} --repair"))
        return ledger
    checkpoints.remove(ledger, wrong)
    found.repaired.append(f"removed wrong checkpoints: {', '.join(map(str, wrong))}")
    return ledger_of(job, job.product)


def _refused(found: Verified, ledger: Ledger, there: Mapping[str, int]) -> None:
    from mesh_etl.tables.quarantine import standing

    lost = [one for one in standing(ledger.entries()) if there.get(one.path) != one.bytes]
    if lost:
        problem = f"{len(lost):,} files of refused rows ({sum(one.rows for one in lost):,} rows) are lost or not whole"
        fix = f"restore them, or give them up: mesh-etl quarantine expire {found.product} --all"
        found.damage.append(Fault("QUARANTINE_LOST", problem, ledger.layout.path(lost[0].path), fix))


def _kept_states(found: Verified, ledger: Ledger, entries: Sequence[Entry], there: Mapping[str, int]) -> None:
    folders = {path.rpartition("/")[0] for path in there}
    lost = [entry for entry in entries if entry.metrics and entry.metrics not in folders]
    if lost:
        problem = f"the states of {len(lost):,} commits are lost: rules read the table again, and lack its history"
        fix = "restore them from an older version of the bucket, or go without: later commits write new ones"
        found.warnings.append(Fault("STATES_LOST", problem, ledger.layout.path(lost[0].metrics), fix))


def _catalogue(found: Verified, job: LoadedJob, ledger: Ledger, world: World, repair: bool) -> None:
    contract = _contract(job, ledger)
    if repair:
        try:
            change = recover(job, contract, ledger, world)
        except PublishError as error:
            if error.retryable:
                raise
            found.behind += error.faults
            return
        found.repaired += (*change.lines(), *change.central_lines()) if change else ()
        found.warnings += change.warnings if change else ()
        return
    snapshot = ledger.snapshot()
    assert snapshot is not None, "a ledger with entries has a head"
    wanted = desired(job, contract, ledger, snapshot, world)
    _compared(found, difference(world.client("glue", job.identity), wanted), snapshot)
    try:
        central = central_difference(job, wanted, world)
    except PublishError as error:
        if error.retryable:
            raise
        found.behind += error.faults
        return
    if central is not None:
        _compared(found, central, snapshot)


def _compared(found: Verified, gap: Difference, snapshot: Snapshot) -> None:
    if gap.superseded:
        problem = f"the catalogue records version {gap.recorded_seq}, the ledger ends at {snapshot.seq}"
        fix = "the ledger was removed or restored: delete the catalogue's table, then repair"
        found.behind.append(Fault("LEDGER_BEHIND", problem, gap.place, fix))
    elif gap:
        problem = f"the catalogue is not what the ledger says: it needs to {', '.join(gap.lines())}"
        found.behind.append(Fault("CATALOG_BEHIND", problem, gap.place, f"mesh-etl verify {found.product} --repair"))


def _contract(job: LoadedJob, ledger: Ledger) -> Contract:
    return taken_over(job, contract_of(job), ledger.snapshot())[0]
