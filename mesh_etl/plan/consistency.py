"""What a contract promises readers of the catalogue about commits that touch several partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError, did_you_mean

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.kernels.write.partition import PartitionKey

CONSISTENCY = "consistency"
KNOWN = ("table", "partition")


def check_consistency(job: LoadedJob, contract: Contract, keys: tuple[PartitionKey, ...]) -> None:
    """The table can keep what the contract's custom property `consistency` says, `table` or `partition`.

    Raises `PlanError`: CONSISTENCY_UNKNOWN, and CONSISTENCY_UNFIT for a table of files in partitions, which the
    catalogue changes one partition after the other: a reader in between sees some old and some new ones.
    """
    stated = contract.odcs.custom(CONSISTENCY)
    if stated is None:
        return
    index = next(at for at, one in enumerate(contract.odcs.custom_properties) if one.property == CONSISTENCY)
    where = contract.where("customProperties", index, "value")
    if stated not in KNOWN:
        problem = f"'{CONSISTENCY}' is neither table nor partition"
        raise PlanError(Fault("CONSISTENCY_UNKNOWN", problem, where, did_you_mean(str(stated), KNOWN)))
    if stated == "table" and keys and job.job.target.format != "iceberg":
        problem = "the contract promises that readers see a commit whole, which partitions of files do not"
        fix = f"set format: iceberg ({job.where('target', key=True)}), leave partition_by out, or promise 'partition'"
        raise PlanError(Fault("CONSISTENCY_UNFIT", problem, where, fix))
