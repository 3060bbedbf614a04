"""Small files of a table become large ones, beside writers and without holding any of them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.contract.types import Schema
from mesh_etl.errors import ConfigError, Fault, MeshError, did_you_mean
from mesh_etl.kernels.compact.merge import MergeJob, merge
from mesh_etl.kernels.compact.order import in_order
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.write.encode import EncodeJob
from mesh_etl.kernels.write.partition import NULL_VALUE
from mesh_etl.kernels.write.partition import path as partition_path
from mesh_etl.plan.build import ledger_of
from mesh_etl.run.progress import Progress, Silent
from mesh_etl.run.scratch import scratch
from mesh_etl.tables.entry import DataFile, Partition
from mesh_etl.tables.layout import new_txn
from mesh_etl.upkeep.bins import Bin, bins
from mesh_etl.upkeep.commit import committed
from mesh_etl.upkeep.compaction import Choice, Compacted, Rewrite
from mesh_etl.upkeep.swap import Replacement, Swap, keys_of

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.run.engines import Engine
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.history import Values
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

Work = Mapping["Values", Sequence[Bin]]


def compact(
    job: LoadedJob,
    engine: Engine,
    world: World,
    choice: Choice | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Compacted:
    """The table's rows are the same, in fewer and larger files where it had many small ones.

    A writer that commits meanwhile comes first. With `dry_run` nothing changes. Raises `ConfigError` for partition keys
    that the table does not have and for an order that no one has stated, `RunError` COMPACTION_DIFFERS when rows would
    have changed, and as a run does.
    """
    ledger, choice = ledger_of(job, job.product), choice or Choice()
    head = ledger.snapshot()
    if head is None:
        return Compacted(job.product, "nothing to do", None, (), 0)
    style = _style(job, ledger, head, choice)
    chosen = _chosen(head, choice, job.product)
    unordered = _unordered(engine, ledger, style, chosen) if choice.sort else frozenset()
    found = {one.values: bins(one.files, style.target_bytes, unordered) for one in chosen}
    work = {values: group for values, group in found.items() if group}
    if not work and not dry_run:
        committed(job, ledger, world, lambda _: None)  # the catalogue may be behind
    if not work or dry_run:
        planned = tuple(_planned(head, values, group) for values, group in work.items())
        return Compacted(job.product, "planned" if work else "nothing to do", None, planned, len(chosen))
    txn = new_txn()
    try:
        with scratch(ledger, engine, txn) as kept:
            swap = Swap(ledger, kept, txn, _merged(engine, ledger, job, head, style, work, txn, progress))
            entry = committed(job, ledger, world, swap.prepare)
    except BaseException as error:
        if not (isinstance(error, MeshError) and error.code == "COMMIT_UNKNOWN"):  # else the commit may need the files
            _discard(ledger, txn, head.seq)
        raise
    if entry is None:
        _discard(ledger, txn, head.seq)
        return Compacted(job.product, "gave up", None, (), len(chosen), len(work))
    done = tuple(_rewritten(head, entry, one, swap.made) for one in entry.partitions)
    return Compacted(job.product, "compacted", entry.seq, done, len(chosen), len(work) - len(done))


def _style(job: LoadedJob, ledger: Ledger, head: Snapshot, choice: Choice) -> EncodeJob:
    """How files are written, as the job says; in an order only by columns that the table has."""
    target, entry = job.job.target, head.entry
    stored = {column.name for column in _columns(job, ledger, head)}
    ordered = stored.issuperset((*target.sort_by, *target.cluster_by))
    return EncodeJob(
        folder="",
        pieces=(),
        sort_by=target.sort_by if ordered else (),
        compression=str(target.compression),
        target_bytes=choice.target_bytes or target.target_file_mb << 20,
        delta=target.numbers == "delta",
        storage=ledger.storage,
        format=entry.file_format,
        schema=ledger.file_schema(_columns(job, ledger, head)),
        cluster_by=target.cluster_by if ordered else (),
        row_group_bytes=target.row_group_mb << 20,
        bloom_filters=tuple(name for name in target.bloom_filters if name in stored),
    )


def _columns(job: LoadedJob, ledger: Ledger, head: Snapshot) -> Schema:
    """The columns of the table that stand in its files, those among them that only the job's mode reads."""
    in_path = {key.column for key in keys_of(head) if not key.derived and ledger.one_folder}
    stored = job.job.target.mode.stored(ledger.schema(head.entry))
    return tuple(column for column in stored if column.name not in in_path)


def _chosen(head: Snapshot, choice: Choice, product: str) -> list[Partition]:
    """The partitions that have the values that are asked for. Raises `ConfigError` UNKNOWN_PARTITION_KEY."""
    names = [key.name for key in keys_of(head)]
    unknown = [name for name in choice.partitions if name not in names]
    if unknown:
        faults = [
            Fault(
                "UNKNOWN_PARTITION_KEY",
                f"{product} has no partition key '{name}'",
                "--partition",
                did_you_mean(name, names) if names else "it is not partitioned: leave the option out",
            )
            for name in unknown
        ]
        raise ConfigError(*faults)
    wanted = {names.index(name): None if value == NULL_VALUE else value for name, value in choice.partitions.items()}
    return [
        one
        for values, one in sorted(head.partitions.items(), key=lambda pair: str(pair[0]))
        if all(values[index] == value for index, value in wanted.items())
    ]


def _unordered(engine: Engine, ledger: Ledger, style: EncodeJob, chosen: Sequence[Partition]) -> frozenset[str]:
    """The files whose rows are not in the order that the job states. Raises `ConfigError` NO_ORDER without one."""
    if not (style.sort_by or style.cluster_by):
        fix = "say sort_by or cluster_by under target"
        raise ConfigError(
            Fault("NO_ORDER", "the job states no order of rows that the table's columns allow", "--sort", fix)
        )
    files = [file for one in chosen for file in one.files]
    answers = engine.map(in_order, [(style, ledger.layout.path(one.path), one.bytes) for one in files])
    return frozenset(file.path for file, answer in zip(files, answers, strict=True) if not answer["in_order"])


def _merged(
    engine: Engine,
    ledger: Ledger,
    job: LoadedJob,
    head: Snapshot,
    style: EncodeJob,
    work: Work,
    txn: str,
    progress: Progress | None,
) -> list[Replacement]:
    """The new files are in the storage, each with what it is to replace."""
    layout, progress = ledger.layout, progress or Silent()
    schema = arrow_schema(_columns(job, ledger, head))
    folders = {values: layout.data(txn, partition_path(keys_of(head), values)) for values in work}
    tasks = [(values, group) for values, groups in work.items() for group in groups]
    jobs = [
        MergeJob(
            replace(style, folder=folders[values]),
            tuple(layout.path(one.path) for one in group),
            schema,
            {layout.path(one.path): one.crc32 for one in group},
        )
        for values, group in tasks
    ]
    progress.phase("compact", len(jobs))
    results = engine.map(merge, jobs, lambda _: progress.advance())
    made = []
    for (values, group), result in zip(tasks, results, strict=True):
        if result:
            facts = {name: result[name] for name in ("rows", "bytes", "crc32")}
            file = DataFile(path=layout.relative(result["path"]), **facts)
            made.append(Replacement(values, file, frozenset(one.name for one in group)))
    return made


def _discard(ledger: Ledger, txn: str, base: int) -> None:
    """Nothing is left of what was written, unless it was committed before the error came."""
    layout = ledger.layout
    if all(entry.txn != txn for entry in ledger.entries(base)):
        ledger.storage.remove(layout.data(txn))
        ledger.storage.remove(layout.metrics(txn))


def _planned(head: Snapshot, values: Values, group: Sequence[Bin]) -> Rewrite:
    before = head.partitions[values]
    return Rewrite(
        partition_path(keys_of(head), values),
        len(before.files),
        len(before.files) - sum(len(one) - 1 for one in group),
        sum(file.bytes for file in before.files),
        sum(file.bytes for one in group for file in one),
    )


def _rewritten(head: Snapshot, entry: Entry, after: Partition, made: Sequence[Replacement]) -> Rewrite:
    mine = [one for one in made if one.values == after.values]
    names = frozenset[str]().union(*(one.of for one in mine))
    rewritten = sum(file.bytes for file in head.partitions[after.values].files if file.name in names)
    size = sum(file.bytes for file in after.files)
    return Rewrite(
        partition_path(keys_of(head), after.values),
        len(after.files) - len(mine) + len(names),
        len(after.files),
        size - sum(one.file.bytes for one in mine) + rewritten,
        rewritten,
        size,
    )
