"""Carry out a plan up to the point where nothing but the commit is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import MeshError
from mesh_etl.kernels.write.encode import encode
from mesh_etl.kernels.write.partition import path as partition_path
from mesh_etl.kernels.write.spill import KeyRule, Spill, spill_batches, spill_bundle
from mesh_etl.run import accounting, expansion, pins, quarantine, stage_parts, verify
from mesh_etl.run.engines import translated
from mesh_etl.run.file_style import file_style
from mesh_etl.run.frames import bundles_of, frame_of, manifest_path, parse_bundle
from mesh_etl.run.joining import Joining, joined
from mesh_etl.run.joining.living import row_rules
from mesh_etl.run.joining.scanned import scanned
from mesh_etl.run.landing import landed
from mesh_etl.run.progress import Progress, Silent
from mesh_etl.run.rehearsal import rehearse
from mesh_etl.run.scratch import scratch
from mesh_etl.run.spilled_columns import spilled_columns
from mesh_etl.run.staged import Staged
from mesh_etl.run.states import Encoded, States
from mesh_etl.storage import Scratch, faults
from mesh_etl.tables.entry import Counts, DataFile, Partition, Quarantine
from mesh_etl.tables.layout import new_txn
from mesh_etl.transforms.engine_sql import for_engine
from mesh_etl.transforms.trace import FATE, ROW, when_alive

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.frames import Written

Manifest = dict[str, Any]


def execute(plan: Plan, engine: Engine, secret: Callable[[str], str], progress: Progress | None = None) -> Staged:
    """The job's rows are staged under a transaction of their own, audited, and visible to nobody.

    On any failure, Ctrl-C included, the transaction's files are removed. Raises `PlanError` when the transforms do not
    lead to the contract, and `RunError` when the work or its audit fails.
    """
    progress = progress or Silent()
    progress.phase("rehearse", 0)
    rehearse(plan, engine, secret)
    txn, layout, storage = new_txn(), plan.ledger.layout, plan.ledger.storage
    try:
        with scratch(plan.ledger, engine, txn) as kept, faults(layout.root):
            whole = landed(plan, engine, secret, kept, progress)
            return _nothing(whole, engine, txn) if whole.done else _stage(whole, engine, secret, txn, kept, progress)
    except BaseException:
        for folder in layout.staged(txn):
            with suppress(MeshError):  # what was wrong is raised; a stray is collected later
                storage.remove(folder)
        raise


def _nothing(plan: Plan, engine: Engine, txn: str) -> Staged:
    """What was fetched is what an earlier commit was made of."""
    none = Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0)
    return Staged(plan, txn, engine.name, (), Quarantine(rows=0), none, (), {}, ())


def _stage(
    plan: Plan, engine: Engine, secret: Callable[[str], str], txn: str, kept: Scratch, progress: Progress
) -> Staged:
    spill = Spill(
        kept.folder,
        plan.spilled,
        row_rules(plan),
        () if plan.mode.keyed else tuple(KeyRule(rule.id, rule.columns) for rule in plan.checks.unique),
        () if plan.mode.keyed else plan.partition_by,
        tuple(rule.answer for rule in plan.checks.expressions),
        () if plan.needs_session else plan.supplied,
        kept.storage,
    )
    if plan.needs_session:
        written, manifests = _through_engine(plan, engine, secret, spill, progress)
    else:
        written, manifests = None, _through_kernels(plan, engine, spill, progress)
    parsed = _parsed(plan, engine, kept) if written else manifests
    made = joined(Joining(plan, engine, manifests, kept, progress, txn))
    partitions, encoded = written_files(plan, engine, made.manifests, txn, kept, progress)
    told = scanned(plan, engine, partitions, kept) if plan.mode.keyed else manifests
    states = States(plan, engine, told, encoded, verify.kept_partitions(plan, partitions, made.gone), kept)
    pins.check(plan)
    rejected = quarantine.write(plan, engine, [*manifests, *(parsed if written else [])], parsed, txn, kept)
    counts = accounting.counted(plan, manifests, parsed, written)
    verdicts = verify.verdicts(plan, engine, manifests, parsed, partitions, counts.totals, kept, states)
    pins.check(plan)
    verify.audit(plan, counts, rejected, partitions, verdicts, made)
    metrics = states.write(txn, partitions)
    return Staged(
        plan,
        txn,
        engine.name,
        partitions,
        rejected,
        counts.totals,
        counts.inputs,
        counts.dropped,
        verdicts,
        metrics,
        made.gone,
        made.changed,
        tombstones=made.tombstones,
        expansion=expansion.observed(made.manifests, partitions),
    )


def _through_kernels(plan: Plan, engine: Engine, spill: Spill, progress: Progress) -> list[Manifest]:
    """Rows go from file to file in kernels; the engine only says where each task runs."""
    readers = {name: opened.reader for name, opened in plan.inputs.items()}
    work = [bundle for name in plan.inputs for bundle in bundles_of(plan, engine, name)]
    progress.phase("read, check, sort", len(work))
    return engine.map(partial(spill_bundle, spill, readers), work, lambda _: progress.advance())


def _through_engine(
    plan: Plan, engine: Engine, secret: Callable[[str], str], spill: Spill, progress: Progress
) -> tuple[Written, list[Manifest]]:
    """Rows pass through the engine, which transforms them and answers the rules that are SQL."""
    progress.phase("read, transform, check, sort", 0)
    with translated(str(plan.job.path)):
        written = frame_of(plan, engine, secret, spill.scratch)
        hidden = [name for name in (ROW, FATE) if name in written.frame.columns]
        frame = written.frame.select(*spilled_columns(plan), *hidden)
        # A column for each: Spark cuts the code of a projection by columns, and one array of 600 answers not at all.
        answers = for_engine(frame, {rule.answer: rule.test for rule in plan.checks.expressions})
        frame = frame.select("*", *(when_alive(frame, answer).alias(name) for name, answer in answers.items()))
    return written, engine.sink(frame, partial(spill_batches, spill, row=ROW, fate=FATE))


def _parsed(plan: Plan, engine: Engine, kept: Scratch) -> list[Manifest]:
    """What the parsing tasks counted; a bundle that the engine had no need to read is read for its counts."""
    import json

    found = []
    for name, opened in plan.inputs.items():
        for bundle in bundles_of(plan, engine, name):
            path = manifest_path(kept, bundle)
            manifest = kept.storage.read(path)
            if manifest is None:
                for _ in parse_bundle(opened.reader, kept, bundle):
                    pass
                manifest = kept.storage.read(path) or b""
            found.append(json.loads(manifest))
    return found


def written_files(
    plan: Plan, engine: Engine, manifests: Sequence[Manifest], txn: str, kept: Scratch, progress: Progress
) -> tuple[tuple[Partition, ...], list[Encoded]]:
    """Every partition's rows are in files below the transaction's folder, and nothing else is there.

    Returns the partitions, and where the states of their columns are.
    """
    layout = plan.ledger.layout
    style = file_style(plan, kept)
    size = expansion.expected(plan, engine, manifests, style)
    shares = stage_parts.shares(manifests, style.target_bytes, size, engine.cores)
    jobs = [
        replace(
            style,
            folder=layout.data(txn, partition_path(plan.partition_by, one.values)),
            pieces=one.pieces,
            bytes=one.bytes,
        )
        for one in shares
    ]
    progress.phase("write", len(jobs))
    results = engine.map(encode, jobs, lambda _: progress.advance())
    files: dict[tuple[str | None, ...], list[DataFile]] = {}
    for share, result in zip(shares, results, strict=True):
        for file in result["files"]:
            path = layout.relative(file["path"])
            facts = {name: file[name] for name in ("rows", "bytes", "crc32")}
            files.setdefault(share.values, []).append(DataFile(path=path, **facts))
    stage_parts.remove_strays(plan.ledger, txn, {one.path for group in files.values() for one in group})
    partitions = tuple(
        Partition(
            values=values,
            folder=layout.relative(layout.data(txn, partition_path(plan.partition_by, values))),
            files=tuple(group),
        )
        for values, group in sorted(files.items(), key=lambda one: str(one[0]))
    )
    return partitions, [(share.values, result["states"]) for share, result in zip(shares, results, strict=True)]
