"""Bring an earlier version of a table back, as a new commit: nothing of what came since is deleted by it.

With the rows of that version come back what it had read and what it had refused: an incremental job reads again what it
has read since, so that a rollback undoes a bad run and the next run does it over. What has expired stays gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.diff import diff, summary
from mesh_etl.contract.load import contract_of
from mesh_etl.errors import Fault, PlanError, PublishError
from mesh_etl.plan.build import ledger_of
from mesh_etl.tables.entry import Entry, Quarantine
from mesh_etl.tables.versions import numbered
from mesh_etl.upkeep.commit import committed, following
from mesh_etl.upkeep.tag import require_table

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.tables.quarantine import Refused
    from mesh_etl.tables.table_state import TableState
    from mesh_etl.worlds import World


@dataclass(frozen=True)
class RolledBack:
    """What a rollback to the version `to` came to; `version` is the commit, None where there was none.

    `undone` are the versions that had changed rows since. `inputs` were read by them, and an incremental job reads them
    again; `refused` rows are in the quarantine afterwards.
    """

    product: str
    to: int
    undone: tuple[int, ...]
    rows_before: int
    rows: int
    files: int
    inputs: int
    refused: int
    version: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {
            "product": self.product,
            "to": self.to,
            "version": self.version,
            "undone": list(self.undone),
            "rows_before": self.rows_before,
            "rows": self.rows,
            "files": self.files,
            "inputs_to_read_again": self.inputs,
            "refused": self.refused,
        }


def rollback(job: LoadedJob, world: World, to: str, accept: Collection[str] = (), dry_run: bool = False) -> RolledBack:
    """The table is what it was at a version, given by number or tag, and the catalogue says so.

    `accept` may hold "contract", where the version is under a contract that breaks what readers have now or does not
    fit the contract's file, "deleted-rows", where rows were deleted since that would come back, and "refused-rows",
    where rows that it had refused are not stored any more.

    Raises `PlanError`: FILES_GONE, NOT_ACCEPTED, NOT_RUN_YET, and what `numbered` raises; `PublishError`: CONFLICT when
    another commit changed rows meanwhile, and what `committed` raises.
    """
    ledger = ledger_of(job, job.product)
    require_table(job, ledger)
    begun = ledger.state()
    seq = numbered(begun, to, job.product, "--to")
    found = _outlook(ledger, begun, seq)

    def prepare(head: Snapshot) -> Entry | None:
        nonlocal found
        state = ledger.state(head.seq)
        if state.data != begun.data:
            problem = f"version {state.data} was committed meanwhile, and a rollback would undo it unseen"
            fix = "look at mesh-etl history, then run again"
            raise PublishError(Fault("CONFLICT", problem, ledger.layout.ledger(), fix), retryable=True)
        numbered(state, seq, job.product, "--to")  # it may have expired meanwhile
        found = _outlook(ledger, state, seq)
        return _entry(job, ledger, head, seq, accept) if found.undone else None

    if dry_run:
        head = ledger.shown(begun)
        assert head is not None, "a table has a head"
        prepare(head)
        return found
    entry = committed(job, ledger, world, prepare)
    return replace(found, version=entry.seq if entry else None)


def _outlook(ledger: Ledger, state: TableState, seq: int) -> RolledBack:
    target = ledger.state(seq)
    since = [entry for entry in ledger.entries(after=seq) if entry.seq <= state.seq]
    again = sum(target.seen.get(path) != version for path, version in state.seen.items())
    return RolledBack(
        product=ledger.entry(seq).product,
        to=seq,
        undone=() if _same(ledger, state, target) else tuple(entry.seq for entry in since if not entry.is_upkeep),
        rows_before=state.size.rows,
        rows=target.size.rows,
        files=target.size.files,
        inputs=again,
        refused=sum(one.rows for one in _refused(target, since)),
    )


def _same(ledger: Ledger, state: TableState, target: TableState) -> bool:
    """Whether the table is what it was, in files, in what it has read and by its contract."""
    files, before = ({file.path for file in one.standing()} for one in (state, target))
    contracts = {ledger.entry(one.seq).contract.sha256 for one in (state, target)}
    return files == before and state.seen == target.seen and len(contracts) == 1


def _entry(job: LoadedJob, ledger: Ledger, head: Snapshot, seq: int, accept: Collection[str]) -> Entry:
    """The commit that makes the version the table. Raises `PlanError` where it may not or cannot be made."""
    target = ledger.state(seq)
    back = ledger.shown(target)
    assert back is not None, "the version exists"
    since = [entry for entry in ledger.entries(after=seq) if entry.seq <= head.seq]
    refused = _refused(target, since)
    lost = _absent(ledger, (one.path for one in refused))
    faults = [
        *_gone_faults(ledger, head, target),
        *(() if "refused-rows" in accept else _refusal_faults(target, lost)),
        *(() if "contract" in accept else _contract_faults(job, ledger, head, back)),
        *(() if "deleted-rows" in accept else _deletion_faults(since, seq)),
    ]
    if faults:
        raise PlanError(*faults)
    return following(
        back,
        "rollback",
        seq=head.seq + 1,
        base_seq=head.seq,
        idem_key=back.data.idem_key,
        rules=back.data.rules,
        cleared=True,
        restores=seq,
        partitions=tuple(back.partitions.values()),
        quarantine=Quarantine(
            rows=0, files=tuple(one.left(one.path, one.rows, one.bytes) for one in refused if one.path not in lost)
        ),
    )


def _refused(target: TableState, since: Iterable[Entry]) -> list[Refused]:
    """The refused rows of the version; those that were expired since, because of their age or a request, stay gone."""
    expired = {path for entry in since if entry.operation == "expire" for path in entry.quarantine.gone}
    return [one for one in target.refused.values() if one.path not in expired]


def _gone_faults(ledger: Ledger, head: Snapshot, target: TableState) -> Iterator[Fault]:
    """Files of the version that are not stored any more; those that the table has now are."""
    standing = {file.path for partition in head.partitions.values() for file in partition.files}
    wanted = {file.path for partition in target.partitions.values() for file in partition.files}
    gone = _absent(ledger, wanted - standing)
    if gone:
        problem = f"{len(gone):,} of {len(wanted):,} files of version {target.seq} are not stored any more"
        yield Fault("FILES_GONE", problem, ledger.layout.path(min(gone)), "choose a later version: mesh-etl history")


def _refusal_faults(target: TableState, lost: Collection[str]) -> Iterator[Fault]:
    """Refused rows that the version had, and that would be in neither table nor quarantine."""
    if lost:
        problem = f"rows that version {target.seq} had refused left the quarantine since, and are not stored any more"
        yield Fault("NOT_ACCEPTED", problem, f"version {target.seq}", "go on without them: --accept refused-rows")


def _absent(ledger: Ledger, paths: Iterable[str]) -> set[str]:
    """Those of the paths below the table's root at which nothing is."""
    asked = set(paths)
    folders = {path.rpartition("/")[0] for path in asked}
    return asked - {f"{one}/{name}" for one in folders for name in ledger.storage.names(ledger.layout.path(one))}


def _contract_faults(job: LoadedJob, ledger: Ledger, head: Snapshot, back: Snapshot) -> Iterator[Fault]:
    """What readers would lose by the version's contract, and what of the contract's file its files do not fit."""
    before = ledger.contract(back.entry)
    fix = "accept it: --accept contract"
    for change in diff(ledger.contract(head.entry), before):
        if change.kind == "breaking":
            told = f"{change.path}: {change.text}, for readers of version {head.seq}"
            yield Fault("NOT_ACCEPTED", told, f"version {back.seq}", fix)
    today = contract_of(job)
    for change in diff(before, summary(today)) if today.sha256 != back.entry.contract.sha256 else ():
        if change.stored == "unfit":
            told = f"{change.path}: {change.text}; the files of version {back.seq} do not fit that"
            yield Fault("NOT_ACCEPTED", told, today.where(*change.at[1]), fix)


def _deletion_faults(since: Iterable[Entry], seq: int) -> Iterator[Fault]:
    """Rows that were taken out of the table on purpose, and that the version still has."""
    for entry in since:
        if entry.operation == "delete":
            problem = f"version {entry.seq} deleted rows, and they come back with version {seq}"
            fix = f"choose version {entry.seq} or a later one, or accept it: --accept deleted-rows"
            yield Fault("NOT_ACCEPTED", problem, f"version {seq}", fix)
