"""What the catalogue should say about a table, from the ledger's head and the contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from mesh_etl.contract.types import parse
from mesh_etl.publish.catalog import Column, Desired
from mesh_etl.publish.catalog.desired import PRODUCT
from mesh_etl.tables.keys import key_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

Types = tuple[tuple[str, str], ...]  # the name and the Glue type of each column
Verdict = Literal["passed", "warned", "failed"]
Split = tuple[str, str, str]  # the name, column and transform of a partition key
NOT_MET = ("failed", "warned", "rejected rows")  # verdicts on rules that did not hold for everything
NULL_VALUE = "__HIVE_DEFAULT_PARTITION__"


def desired(job: LoadedJob, contract: Contract, ledger: Ledger, snapshot: Snapshot, world: World) -> Desired:
    """The table as the snapshot says, tied to its contract by parameters; these are public, so no value is in them."""
    entry, layout = snapshot.entry, ledger.layout
    split = tuple((key.name, key.column, key.transform) for key in entry.partition_by)
    keys = keys_of(entry.columns, split)
    root = world.location(layout.root).rstrip("/")
    partitions = {
        tuple(NULL_VALUE if value is None else value for value in values): _folder(root, one.folder)
        for values, one in snapshot.partitions.items()
    }
    whole = "" if keys else next((one.folder for one in snapshot.partitions.values()), f"data/{entry.txn}")
    return Desired(
        database=job.domain,
        table=job.name,
        description=purpose(contract),
        location=_folder(root, whole or "data"),
        columns=columns_of(contract, entry.columns, split),
        partition_keys=keys,
        partitions=partitions if keys else {},
        parameters=_parameters(job, snapshot),
        owner=job.project.mesh.domains[job.domain].owner,
        compression=entry.compression.partition(":")[0],
        seq=snapshot.seq,
        database_description=job.project.mesh.domains[job.domain].description,
        format=entry.file_format if ledger.one_folder else "iceberg",
        indexes=tuple(names for names in job.job.target.partition_indexes if set(names) <= {key.name for key in keys}),
        projection=job.job.target.projection,
        announces=job.project.mesh.governance is None,
    )


def columns_of(contract: Contract, types: Types, split: Sequence[Split]) -> tuple[Column, ...]:
    """The columns of a table's files, described as the contract does; `split` is how the table is partitioned."""
    comments = {column.stored_name: column.description or "" for column in contract.columns}
    in_path = {column for _, column, transform in split if transform == "identity"}
    return tuple(Column(name, type_, comments.get(name, "")) for name, type_ in types if name not in in_path)


def keys_of(types: Types, split: Sequence[Split]) -> tuple[Column, ...]:
    """The partition keys of a table as the catalogue has them."""
    known = dict(types)
    return tuple(Column(name, key_type(transform, parse(known[column])).glue()) for name, column, transform in split)


def purpose(contract: Contract) -> str:
    """What the contract says that the product is for."""
    return (contract.odcs.description.purpose or "") if contract.odcs.description else ""


def identified(job: LoadedJob) -> dict[str, str]:
    """The parameters by which an entry is known as the product's."""
    return {
        "mesh_etl.mesh": job.project.mesh.name,
        PRODUCT: job.product,
        "mesh_etl.domain": job.domain,
        "mesh_etl.owner": job.project.mesh.domains[job.domain].owner,
    }


def _folder(root: str, folder: str) -> str:
    # As Hive writes it: a partition's folder stands in the location as it is called on disk, `=` and `%3A` included.
    return f"{root}/{folder.strip('/')}/"


def _parameters(job: LoadedJob, snapshot: Snapshot) -> dict[str, str]:
    entry = snapshot.entry
    statuses = [rule.status for rule in entry.rules]
    quality = {
        "verdict": quality_of(statuses),
        "rows": snapshot.rows,
        "quarantined": snapshot.refused,
        "rules": len(statuses),
        "passed": statuses.count("passed"),
        "failed": sum(one in NOT_MET for one in statuses),
        "not_executed": statuses.count("not executed"),
    }
    return {
        **identified(job),
        "mesh_etl.contract_id": entry.contract.id,
        "mesh_etl.contract_version": entry.contract.version,
        "mesh_etl.contract_sha256": entry.contract.sha256,
        "mesh_etl.quality": json.dumps(quality, separators=(",", ":")),
        "mesh_etl.published_at": snapshot.data.committed_at,
    }


def quality_of(statuses: list[str]) -> Verdict:
    """The verdict on the table as a whole."""
    if "failed" in statuses:
        return "failed"
    if "warned" in statuses or "suppressed" in statuses:
        return "warned"
    return "passed"
