"""Steps 4 to 6 of the commit protocol: prepare the entry, create it if absent, and resolve what happened.

The entry is the commit: before it exists nothing of the run is visible, and once it exists all of it is. A lost race
is resolved by reading the winners; a lost reply by asking again (see `Ledger.append`); nothing is undone on a guess.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.contract.diff import summary
from mesh_etl.errors import Fault, PublishError
from mesh_etl.kernels.write.partition import path as partition_path
from mesh_etl.publish.fence import refuse_fenced
from mesh_etl.storage import OutcomeUnknown, each
from mesh_etl.tables.entry import (
    Acknowledgement,
    ContractRef,
    DataFile,
    Drifted,
    Entry,
    EvolvedColumn,
    Partition,
    PartitionColumn,
    RuleResult,
)
from mesh_etl.version import code_version

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run import Staged
    from mesh_etl.tables.ledger import Snapshot

_ROUNDS = 20


def commit(staged: Staged) -> Entry:
    """The ledger holds this work; returns the entry that does, which may be a rival's of the same work.

    Raises `PublishError`, both retryable: CONFLICT when a rival changed what this run was to change, and FENCED when
    upkeep took its files for those of a run that is dead.
    """
    plan, ledger = staged.plan, staged.plan.ledger
    if plan.done is not None:
        return plan.done
    touched = {partition.values for partition in _touched(staged, plan.head)}
    base = plan.head.seq if plan.head else 0
    for _ in range(_ROUNDS):
        rivals = list(ledger.entries(after=base))
        done = plan.mode.done(rivals, plan.idem_key)
        if done is not None:
            return done
        for rival in rivals:
            if _conflict(staged, touched, rival):
                problem = f"version {rival.seq} was committed meanwhile, and what this run has made does not fit it"
                raise PublishError(Fault("CONFLICT", problem, ledger.layout.ledger(), "run again"), retryable=True)
            base = rival.seq
        refuse_fenced(ledger, staged.txn, base)
        entry = _prepared(staged, base, ledger.snapshot(base) if base else None)
        try:
            if ledger.append(entry):
                return ledger.committed(entry)
        except OutcomeUnknown:
            problem = "the storage does not answer, so it is not known whether the commit happened"
            fix = "run again: it finds the commit or makes it"
            raise PublishError(Fault("COMMIT_UNKNOWN", problem, ledger.layout.ledger(), fix), retryable=True) from None
    problem = f"other commits came first {_ROUNDS} times"
    raise PublishError(Fault("CONFLICT", problem, ledger.layout.ledger(), "run again"), retryable=True)


def _conflict(staged: Staged, touched: Collection[tuple[str | None, ...]], rival: Entry) -> bool:
    """Whether the run has to be made anew, because what it has staged or checked no longer fits the table.

    This is the guard `conflict check` of the commit protocol.
    """
    rivalry = staged.plan.mode.rivalry(touched, rival)
    if rival.is_upkeep:  # a compaction keeps the rows: it matters to a run that has rewritten files of its partitions
        return rivalry == "conflict" and (not rival.merged or bool(staged.gone))
    return (
        rivalry == "conflict"
        or _read_already(staged, rival)
        or _other_shape(staged.plan, rival)
        or _unchecked(staged.plan, disjoint=rivalry == "none")
    )


def _read_already(staged: Staged, rival: Entry) -> bool:
    """Whether the rival has added rows of an input that this run would add once more."""
    read = {one.path for one in rival.inputs if not one.reference}
    return staged.plan.mode.incremental and any(one.path in read for one in staged.inputs if not one.reference)


def _other_shape(plan: Plan, rival: Entry) -> bool:
    """Whether the rival's files follow another contract, or lie in partitions of another kind."""
    keys = [(key.name, key.column, key.transform) for key in plan.partition_by]
    theirs = [(key.name, key.column, key.transform) for key in rival.partition_by]
    return rival.contract.sha256 != plan.contract.sha256 or theirs != keys


def _unchecked(plan: Plan, disjoint: bool) -> bool:
    """Whether a rule was answered for the table as it was, and rows that came since could change the answer."""
    by = {key.column for key in plan.partition_by}
    return not all(rule.outlives(disjoint, by) for rule in plan.checks.dataset)


def _prepared(staged: Staged, base: int, head: Snapshot | None) -> Entry:
    """The entry, with everything that it names on the disk."""
    plan, target = staged.plan, staged.plan.job.job.target
    partitions = _touched(staged, head)
    if plan.mode.carries and head is not None:
        carry = partial(_with_carried, staged, head)
        partitions = tuple(each(plan.ledger.storage, carry, partitions))
    return Entry(
        seq=base + 1,
        base_seq=base,
        txn=staged.txn,
        idem_key=plan.idem_key,
        product=plan.product,
        operation=plan.mode.type,
        committed_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        code_version=code_version(),
        engine=staged.engine,
        contract=head.entry.contract if staged.deletion and head else _contract(plan),
        columns=tuple((column.name, column.type.glue()) for column in plan.contract.schema),
        partition_by=tuple(
            PartitionColumn(name=key.name, column=key.column, transform=key.transform) for key in plan.partition_by
        ),
        compression=str(target.compression),
        file_format=target.file_format,
        expansion=staged.expansion,
        cleared=plan.mode.clears,
        partitions=partitions,
        quarantine=staged.quarantine,
        counts=staged.counts,
        rules=tuple(RuleResult(**asdict(one)) for one in staged.verdicts),
        inputs=staged.inputs,
        dropped=staged.dropped,
        metrics=staged.metrics,
        drift={
            name: Drifted(ignored=opened.drift.ignored, missing=opened.drift.missing)
            for name, opened in plan.inputs.items()
            if opened.drift.ignored or opened.drift.missing
        },
        acknowledged=Acknowledgement(**asdict(plan.acknowledged)) if plan.acknowledged else None,
        changed=staged.changed,
        tombstones=staged.tombstones,
        deletion=staged.deletion,
        evolved=tuple(EvolvedColumn(name=one.name, type=one.type, added=one.added) for one in plan.evolved),
    )


def _contract(plan: Plan) -> ContractRef:
    """The contract of the run, whose summary is kept."""
    return ContractRef(
        id=plan.contract.id,
        version=plan.contract.version,
        sha256=plan.contract.sha256,
        summary_sha256=plan.ledger.keep(summary(plan.contract)),
    )


def _touched(staged: Staged, head: Snapshot | None) -> tuple[Partition, ...]:
    """The staged partitions, and those of the table that lose files and were not staged, without files."""
    found = {partition.values: partition for partition in staged.partitions}
    layout, keys = staged.plan.ledger.layout, staged.plan.partition_by
    for values, one in head.partitions.items() if head and staged.gone else ():
        if values not in found and not staged.gone.isdisjoint(file.path for file in one.files):
            folder = layout.relative(layout.data(staged.txn, partition_path(keys, values)))
            found[values] = Partition(values=values, folder=folder, files=())
    return tuple(found.values())


def _with_carried(staged: Staged, head: Snapshot, partition: Partition) -> Partition:
    """The partition with the files that it has in the table already and that stay, carried into the same folder.

    A catalogue points at one folder per partition, so old and new files must lie together.
    """
    layout, storage = staged.plan.ledger.layout, staged.plan.ledger.storage
    old = head.partitions.get(partition.values)
    if not staged.plan.ledger.one_folder:
        stay = old.without(staged.gone).files if old else ()
        return partition.model_copy(update={"files": (*stay, *partition.files)})
    folder = layout.data(staged.txn, partition_path(staged.plan.partition_by, partition.values))
    present = set(storage.names(folder))

    def carry(file: DataFile) -> DataFile:
        target = f"{folder}/{file.name}"
        if file.name not in present:
            storage.carry(layout.path(file.path), target)
        return file.model_copy(update={"path": layout.relative(target)})

    carried = each(storage, carry, old.without(staged.gone).files if old else ())
    wanted = {file.name for file in (*carried, *partition.files)}
    for name in present - wanted:  # carried for an earlier base that a rival has replaced since
        storage.remove(f"{folder}/{name}")
    return Partition(values=partition.values, folder=partition.folder, files=(*carried, *partition.files))
