"""Build the plan of a job: pin its inputs, read its contract, look at the ledger, rehearse its transforms."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mesh_etl.checks import Checks, planned
from mesh_etl.config import LoadedJob
from mesh_etl.config.suppression import today
from mesh_etl.contract.diff import fits
from mesh_etl.contract.evolve import Evolved, grown
from mesh_etl.contract.load import Contract, contract_of
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import parse
from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.modes import Mode
from mesh_etl.order import unread
from mesh_etl.plan.access import JobAccess
from mesh_etl.plan.changes import changes_since
from mesh_etl.plan.consistency import check_consistency
from mesh_etl.plan.keys import check_layout, partition_keys
from mesh_etl.plan.layout import layout_warnings
from mesh_etl.plan.ledgers import ledger_of as ledger_of
from mesh_etl.plan.mode_columns import check_mode_columns
from mesh_etl.plan.model import Plan, Work
from mesh_etl.plan.references import Referred, followed, settled
from mesh_etl.plan.sketches import check_sketches
from mesh_etl.plan.streamable import misdeployed
from mesh_etl.plan.suppressions import over, suppressed
from mesh_etl.policies import enforce
from mesh_etl.product.lint import require_ports
from mesh_etl.sources import Opened, Source, SourceContext
from mesh_etl.sources.drift import Drift
from mesh_etl.sources.files import FileSource
from mesh_etl.stores.address import recorded, resolved
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.ledger import Ledger, Snapshot
from mesh_etl.transforms.python import Python


def build(
    job: LoadedJob,
    instead: Mapping[str, Source] | None = None,
    as_mode: Mode | None = None,
    acknowledge: str = "",
    moment: datetime.datetime | None = None,
    again: bool = False,
) -> Plan:
    """The plan of the job as files, contract and ledger are now. Headers and footers are read, no rows.

    `instead` are sources to read in place of the job's of the same names, and `as_mode` is a mode in place of its own.
    `acknowledge` is the version of the contract whose breaking changes are accepted, beside the one of the job.
    `moment` is that of the run where it is not now; the columns that a mode fills follow from it. `again` says that
    inputs are read which an earlier commit has read: to look at them, since no mode adds them once more.
    Raises `ConfigError` for the contract and `PlanError` for everything that would keep the run from working.
    """
    moment = moment or datetime.datetime.now(datetime.UTC)
    if as_mode is None and (unfit := misdeployed(job)):
        raise PlanError(unfit)
    mode: Mode = as_mode or job.job.target.mode
    ledger = ledger_of(job, job.product)
    state = ledger.state()
    head = ledger.shown(state)
    written = contract_of(job)
    warnings = (*enforce(job, written), *over(job))
    contract, evolved = taken_over(job, written, head)
    check_sketches(job, contract)
    sources = {"source": job.job.source, **job.job.inputs, **(instead or {})}
    access = JobAccess(job)
    inputs = _opened(job, access, sources, contract, evolved, mode, {} if again else state.seen)
    stated = contract
    contract, evolved = _evolved(contract, evolved, inputs["source"].drift)
    partition_by = _partition_keys(job, contract, mode)
    changes = changes_since(job, stated, contract, mode, ledger, head, partition_by, acknowledge)
    _check_inputs(job)
    require_ports(job, stated, lambda product: contract_of(job.project.job(product)))
    checks, referred = _checks(job, contract, access)
    checks = replace(checks, keeps=head is not None and not mode.clears)
    _check_executed(job, checks)
    idem_key = identity(job, contract, inputs, mode.occasion(moment))
    remote = any(opened.fetches for opened in inputs.values())  # what these hold is known once it is fetched
    done = None if remote else mode.done(ledger.asked(state, idem_key), idem_key)
    return Plan(
        job=job,
        contract=contract,
        checks=checks,
        mode=mode,
        inputs=inputs,
        items=items_of(inputs),
        steps=job.job.transforms,
        partition_by=partition_by,
        ledger=ledger,
        head=head,
        idem_key=idem_key,
        work=_work(mode, inputs, done),
        done=done,
        moment=moment,
        changes=changes.found,
        acknowledged=changes.acknowledged,
        referred=referred,
        evolved=evolved,
        warnings=(*warnings, *layout_warnings(job, contract, partition_by, inputs, ledger, head)),
    )


def taken_over(job: LoadedJob, contract: Contract, head: Snapshot | None) -> tuple[Contract, tuple[Evolved, ...]]:
    """The contract with what the table has grown by, where the job lets it grow, and what that is."""
    if head is None or not isinstance(job.job.source, FileSource) or job.job.source.drift != "evolve":
        return contract, ()
    columns = tuple(Evolved(one.name, one.type, one.added) for one in head.entry.evolved)
    whole = grown(contract, columns)
    stated = {column.name: column.type for column in contract.schema}
    still = [one for one in columns if one.name not in stated or not fits(parse(one.type), stated[one.name])]
    return whole, tuple(still)


def _evolved(contract: Contract, before: tuple[Evolved, ...], drift: Drift) -> tuple[Contract, tuple[Evolved, ...]]:
    """The contract with what the files of this run bring."""
    new = [Evolved(column.name, spelled(column.type), added=True) for column in drift.added]
    added = {one.name for one in before if one.added}
    wider = [Evolved(one.name, spelled(one.type), added=one.name in added) for one in drift.widened]
    replaced = {one.name for one in wider}
    now = (*(one for one in before if one.name not in replaced), *wider, *new)
    return grown(contract, now), now


def _opened(
    job: LoadedJob,
    access: JobAccess,
    sources: Mapping[str, Source],
    contract: Contract,
    evolved: Sequence[Evolved],
    mode: Mode,
    read: Mapping[str, str],
) -> dict[str, Opened]:
    root = job.project.root
    seen = {resolved(path, root): version for path, version in read.items()} if mode.incremental else {}

    def ledger(product: str) -> Ledger:
        known = job.project.products()
        if product not in known:
            raise PlanError(unread(job, product, known))
        return ledger_of(job, product)

    def context(*place: str) -> SourceContext:
        main = place == ("source",)
        return SourceContext(
            root=job.project.root,
            schema=mode.incoming(contract.schema) if main else None,
            required=frozenset(one.stored_name for one in contract.columns if one.required or one.primary_key),
            evolved=frozenset(one.name for one in evolved if one.added) if main else frozenset(),
            where=lambda *loc: job.where(*place, *loc),
            ledger=ledger,
            seen=seen if main else {},
            shown=access,
        )

    opened: dict[str, Opened] = {}
    errors: list[PlanError] = []
    for name, one in sources.items():
        try:
            opened[name] = one.open(context("source") if name == "source" else context("inputs", name))
        except PlanError as error:
            errors.append(error)
    if errors:
        faults = [fault for error in errors for fault in error.faults]
        raise PlanError(*faults, retryable=all(error.retryable for error in errors))
    if mode.incremental and opened["source"].fetches:
        problem = f"mode {mode.type} cannot tell new rows of a remote source from old ones"
        raise PlanError(
            Fault("MODE_UNFIT", problem, job.where("target", "mode"), "use mode replace or replace_partitions")
        )
    return opened


def _partition_keys(job: LoadedJob, contract: Contract, mode: Mode) -> tuple[PartitionKey, ...]:
    """The keys that the table is partitioned by, which fit its contract, its mode, and what a reader may rely on."""
    found = partition_keys(job, contract)
    check_layout(job, contract, found)
    check_mode_columns(job, contract, mode, found)
    check_consistency(job, contract, found)
    return found


def _checks(job: LoadedJob, contract: Contract, access: JobAccess) -> tuple[Checks, Mapping[str, Referred]]:
    """The checks, and the tables that foreign keys lead to, whose keys the job may read."""
    rules = settled(job, contract, suppressed(job, planned(contract)))
    checks, referred = followed(rules, lambda product: ledger_of(job, product))
    for rule in checks.references:
        if rule.table:
            names = [name for name, _ in referred[rule.table].head.entry.columns]
            access.require_keys(rule.table, names, [path[0] for path in rule.keys], contract.where(*rule.loc, "to"))
    return checks, referred


def items_of(inputs: Mapping[str, Opened]) -> tuple[WorkItem, ...]:
    """The work items of all inputs, numbered through."""
    items: list[WorkItem] = []
    for name, opened in inputs.items():
        items += opened.items(name, len(items))
    return tuple(items)


def identity(job: LoadedJob, contract: Contract, inputs: Mapping[str, Opened], occasion: str = "") -> str:
    """The identity of the work: the same job, contract and inputs make the same table, on the same occasion."""
    root = job.project.root
    from mesh_etl.kernels.stored.shown import ShownReader  # loads Arrow, which whoever only validates does without

    work: dict[str, Any] = {
        "product": job.product,
        # To accept a change is no other work, and neither is to keep the table in shape.
        "job": job.job.model_dump(
            mode="json", by_alias=True, exclude={"checks": {"acknowledge": True}, "maintenance": True, "deploy": True}
        ),
        "contract": contract.sha256,
        "suppressed": [index for index, one in enumerate(job.job.checks.suppress) if one.holds(today())],
        "inputs": [
            (name, recorded(file.path, root), file.size, file.version)
            for name, one in inputs.items()
            for file in one.files
        ],
    }
    if held := {name: one.reader.spelled() for name, one in inputs.items() if isinstance(one.reader, ShownReader)}:
        work["shown"] = held
    if occasion:
        work["occasion"] = occasion
    return hashlib.sha256(json.dumps(work, sort_keys=True).encode()).hexdigest()


def _work(mode: Mode, inputs: Mapping[str, Opened], done: Entry | None) -> Work:
    if done is not None:
        return "done"
    return "nothing new" if mode.incremental and not inputs["source"].files and inputs["source"].skipped else "run"


def _check_executed(job: LoadedJob, checks: Checks) -> None:
    """Every rule is executed, where the job wants that."""
    if job.job.checks.not_executed == "fail" and checks.skipped:
        raise PlanError(*(not_executed(job, one.id, one.reason, checks) for one in checks.skipped))


def not_executed(job: LoadedJob, rule: str, reason: str, checks: Checks) -> Fault:
    """The fault of a rule that is not executed although the job wants all rules to be."""
    fix = f"change the rule, or report it only: {job.where('checks', 'not_executed')}"
    about = checks.about.get(rule)
    return Fault("RULE_NOT_EXECUTED", f"{rule}: {reason}", about.where if about else "", fix)


def _check_inputs(job: LoadedJob) -> None:
    """Every other input is read by a step; what a Python function reads cannot be known."""
    steps = job.job.transforms
    if any(isinstance(step, Python) for step in steps):
        return
    used = {name for step in steps for name in step.reads()}
    faults = [
        Fault("INPUT_UNUSED", f"inputs.{name}: no transform reads it", job.where("inputs", name, key=True), "remove it")
        for name in job.job.inputs
        if name not in used
    ]
    if faults:
        raise PlanError(*faults)
