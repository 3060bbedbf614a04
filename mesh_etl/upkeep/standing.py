"""The plan of work on a table as it stands, whatever its job and its contract have come to say since.

Rows that have to go cannot wait for a job that does not run, or for a contract that is being written.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mesh_etl.checks import planned
from mesh_etl.config.compression import Compression
from mesh_etl.contract.load import contract_of
from mesh_etl.contract.restore import restored
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.plan import Plan
from mesh_etl.plan.build import taken_over

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.modes import Mode
    from mesh_etl.tables.ledger import Ledger, Snapshot


def plan_as_it_stands(job: LoadedJob, ledger: Ledger, head: Snapshot, mode: Mode) -> Plan:
    """What the machinery of a run knows of the table's newest version; nothing of the job's inputs is looked at."""
    contract = _contract(job, ledger, head)
    return Plan(
        job=_as_written(job, head),
        contract=contract,
        checks=planned(contract),
        mode=mode,
        inputs={},
        items=(),
        steps=(),
        partition_by=tuple(PartitionKey(**one.model_dump()) for one in head.entry.partition_by),
        ledger=ledger,
        head=head,
        idem_key=head.data.idem_key,
        work="run",
        done=None,
        moment=datetime.datetime.now(datetime.UTC),
        changes=(),
    )


def _contract(job: LoadedJob, ledger: Ledger, head: Snapshot) -> Contract:
    """The contract of the version: the one in the file, or what the ledger keeps of an older one."""
    kept = head.entry.contract
    contract, _ = taken_over(job, contract_of(job), head)
    if contract.sha256 == kept.sha256:
        return contract
    return restored(ledger.contract(head.entry), kept.sha256, contract, f"the contract of version {head.seq}")


def _as_written(job: LoadedJob, head: Snapshot) -> LoadedJob:
    """The job with the table's format, and without an order or filters by columns that the table does not have."""
    target, entry = job.job.target, head.entry
    columns = {name for name, _ in entry.columns}
    changed: dict[str, Any] = {}
    if target.file_format != entry.file_format:
        changed |= {"format": entry.file_format, "compression": Compression.parse(entry.compression)}
    for name in ("sort_by", "cluster_by", "bloom_filters"):
        if not columns.issuperset(getattr(target, name)):
            changed[name] = ()
    return replace(job, job=job.job.model_copy(update={"target": target.model_copy(update=changed)}))
