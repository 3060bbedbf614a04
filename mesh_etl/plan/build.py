"""Build the plan of a job: pin its inputs, read its contract, look at the ledger, rehearse its transforms."""

from __future__ import annotations

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
from mesh_etl.contract.load import Contract, load
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import parse
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.modes import Mode
from mesh_etl.plan.changes import changes_since
from mesh_etl.plan.model import Plan, Work
from mesh_etl.plan.references import followed, settled
from mesh_etl.plan.sketches import check_sketches
from mesh_etl.plan.suppressions import over, suppressed
from mesh_etl.policies import enforce
from mesh_etl.product.lint import require_ports
from mesh_etl.sources import Opened, Source, SourceContext
from mesh_etl.sources.drift import Drift
from mesh_etl.sources.files import FileSource
from mesh_etl.storage import storage_of
from mesh_etl.stores.address import recorded, resolved
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.ledger import Ledger, Snapshot, folded
from mesh_etl.transforms.python import Python

_PARTITION_TYPES = {"string", "boolean", "tinyint", "smallint", "int", "bigint", "date"}


def build(
    job: LoadedJob,
    instead: Mapping[str, Source] | None = None,
    as_mode: Mode | None = None,
    acknowledge: str = "",
) -> Plan:
    """The plan of the job as files, contract and ledger are now. Headers and footers are read, no rows.

    `instead` are sources to read in place of the job's of the same names, and `as_mode` is a mode in place of its own.
    `acknowledge` is the version of the contract whose breaking changes are accepted, beside the one of the job.
    Raises `ConfigError` for the contract and `PlanError` for everything that would keep the run from working.
    """
    path = job.contract_path
    mode: Mode = as_mode or job.job.target.mode
    ledger = ledger_of(job, job.product)
    entries = list(ledger.entries())
    head = folded(entries)
    written = load(path, str(path.relative_to(job.project.root)))
    warnings = (*enforce(job, written), *over(job))
    contract, evolved = taken_over(job, written, head)
    _check_columns(job, contract)
    check_sketches(job, contract)
    before = standing(entries)
    sources = {"source": job.job.source, **job.job.inputs, **(instead or {})}
    inputs = _opened(job, sources, contract, evolved, mode, before)
    stated = contract
    contract, evolved = _evolved(contract, evolved, inputs["source"].drift)
    partition_by = _partition_by(job, contract)
    changes = changes_since(job, stated, contract, mode, ledger, head, partition_by, acknowledge)
    _check_inputs(job)
    require_ports(job, stated, lambda product: _contract_of(job, product))
    checks, referred = followed(
        settled(job, contract, suppressed(job, planned(contract))), lambda product: ledger_of(job, product)
    )
    checks = replace(checks, keeps=head is not None and not mode.clears)
    _check_executed(job, checks)
    idem_key = identity(job, contract, inputs)
    remote = any(opened.fetches for opened in inputs.values())  # what these hold is known once it is fetched
    done = None if remote else mode.done(before, idem_key)
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
        changes=changes.found,
        acknowledged=changes.acknowledged,
        referred=referred,
        evolved=evolved,
        warnings=warnings,
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


def _contract_of(job: LoadedJob, product: str) -> Contract:
    """The contract of another product of the mesh."""
    other = job.project.job(product)
    return load(other.contract_path, str(other.contract_path.relative_to(job.project.root)))


def ledger_of(job: LoadedJob, product: str) -> Ledger:
    """The ledger of a product's table. Raises `PlanError` for storage that this version does not write to."""
    root = job.project.table_root(product)
    if "://" in root:
        fix = "set a local folder in configs/env; this version writes to the local file system"
        raise PlanError(Fault("UNSUPPORTED_PATH", "the warehouse is no local path", "configs/mesh.yaml", fix))
    return Ledger(Layout(root), storage_of(root))


def standing(entries: list[Entry]) -> list[Entry]:
    """The commits whose rows can be in the table: those since the last one that replaced it, which is among them."""
    cleared = [index for index, entry in enumerate(entries) if entry.cleared]
    return entries[cleared[-1] :] if cleared else entries


def _opened(
    job: LoadedJob,
    sources: Mapping[str, Source],
    contract: Contract,
    evolved: Sequence[Evolved],
    mode: Mode,
    entries: list[Entry],
) -> dict[str, Opened]:
    read = [one for entry in entries for one in entry.inputs if not one.reference]
    seen = {resolved(one.path, job.project.root): one.version for one in read} if mode.incremental else {}

    def ledger(product: str) -> Ledger:
        known = job.project.products()
        if product not in known:
            problem = f"there is no product '{product}'"
            raise PlanError(Fault("UNKNOWN_PRODUCT", problem, str(job.path), did_you_mean(product, known)))
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
        )

    opened: dict[str, Opened] = {}
    faults: list[Fault] = []
    for name, one in sources.items():
        try:
            opened[name] = one.open(context("source") if name == "source" else context("inputs", name))
        except PlanError as error:
            faults += error.faults
    if faults:
        raise PlanError(*faults)
    if mode.incremental and opened["source"].fetches:
        problem = f"mode {mode.type} cannot tell new rows of a remote source from old ones"
        raise PlanError(
            Fault("MODE_UNFIT", problem, job.where("target", "mode"), "use mode replace or replace_partitions")
        )
    return opened


def items_of(inputs: Mapping[str, Opened]) -> tuple[WorkItem, ...]:
    """The work items of all inputs, numbered through."""
    items: list[WorkItem] = []
    for name, opened in inputs.items():
        items += opened.items(name, len(items))
    return tuple(items)


def identity(job: LoadedJob, contract: Contract, inputs: Mapping[str, Opened]) -> str:
    """The identity of the work: the same job, contract and inputs make the same table."""
    root = job.project.root
    work: dict[str, Any] = {
        "product": job.product,
        # To accept a change is no other work.
        "job": job.job.model_dump(mode="json", by_alias=True, exclude={"checks": {"acknowledge"}}),
        "contract": contract.sha256,
        "suppressed": [index for index, one in enumerate(job.job.checks.suppress) if one.holds(today())],
        "inputs": [
            (name, recorded(file.path, root), file.size, file.version)
            for name, one in inputs.items()
            for file in one.files
        ],
    }
    return hashlib.sha256(json.dumps(work, sort_keys=True).encode()).hexdigest()


def _work(mode: Mode, inputs: Mapping[str, Opened], done: Entry | None) -> Work:
    if done is not None:
        return "done"
    return "nothing new" if mode.incremental and not inputs["source"].files and inputs["source"].skipped else "run"


def _partition_by(job: LoadedJob, contract: Contract) -> tuple[PartitionKey, ...]:
    stated = job.job.target.partition_by
    keys = tuple(PartitionKey(one.name, one.column, one.transform) for one in stated)
    promised = contract.partition_keys
    if promised and keys and tuple(key.column for key in keys if key.transform == "identity") != promised:
        where = job.where("target", "partition_by")
        problem = f"target.partition_by: the contract is partitioned by {', '.join(promised)}"
        raise PlanError(Fault("PARTITIONS_DIFFER", problem, where, "leave it out, or change the contract"))
    keys = keys or tuple(PartitionKey(name, name) for name in promised)
    types = {column.name: column.type for column in contract.schema}
    faults = []
    for index, key in enumerate(keys):
        where = job.where("target", "partition_by", index)
        if key.column not in types:
            problem = f"target.partition_by[{index}]: the contract has no column '{key.column}'"
            faults.append(Fault("COLUMN_MISSING", problem, where, did_you_mean(key.column, types)))
        elif key.transform == "identity" and types[key.column].ddl() not in _PARTITION_TYPES:
            problem = f"target.partition_by[{index}]: a {types[key.column].ddl()} column makes no partition values"
            faults.append(Fault("PARTITION_TYPE", problem, where, "use year(), month() or day() of a date"))
        elif key.transform != "identity" and types[key.column].ddl() not in ("date", "timestamp", "timestamp_ntz"):
            problem = f"target.partition_by[{index}]: {key.transform}() needs a date or timestamp column"
            faults.append(Fault("PARTITION_TYPE", problem, where, "use the column itself"))
        elif key.transform != "identity" and key.name in types:
            problem = f"target.partition_by[{index}]: the contract has a column '{key.name}' already"
            faults.append(Fault("PARTITION_NAME", problem, where, "name the key: month(date) as ship_month"))
    if keys and len({key.column for key in keys if key.transform == "identity"}) == len(types):
        problem = "target.partition_by: no column is left for the files"
        faults.append(
            Fault("PARTITION_TYPE", problem, job.where("target", "partition_by"), "partition by fewer columns")
        )
    if faults:
        raise PlanError(*faults)
    return keys


def _check_columns(job: LoadedJob, contract: Contract) -> None:
    names = {column.name for column in contract.schema}
    faults = [
        Fault(
            "COLUMN_MISSING",
            f"target.sort_by[{index}]: the contract has no column '{name}'",
            job.where("target", "sort_by", index),
            did_you_mean(name, names),
        )
        for index, name in enumerate(job.job.target.sort_by)
        if name not in names
    ]
    if faults:
        raise PlanError(*faults)


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
