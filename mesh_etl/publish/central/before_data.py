"""The central entry of a product that has no data yet, as its contract and job promise it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.names import central
from mesh_etl.plan.keys import partition_keys
from mesh_etl.publish.catalog import Desired
from mesh_etl.publish.desired import columns_of, identified, keys_of, purpose

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.publish.catalog.desired import Fields
    from mesh_etl.worlds import World


def central_input(job: LoadedJob, contract: Contract, world: World) -> Fields:
    """The TableInput of the entry, of the shape that the first publish will find right.

    It says where the table will be and no version of it. Of an Iceberg table there is nothing yet to point to.
    Raises `PlanError` for partition keys that the contract does not have.
    """
    place, keys = central(job.project.mesh, job.product), partition_keys(job, contract)
    types = tuple((column.name, column.type.glue()) for column in contract.schema)
    target, iceberg = job.job.target, job.job.target.format == "iceberg"
    plain = () if iceberg else tuple((key.name, key.column, key.transform) for key in keys)
    wanted = Desired(
        database=place.database,
        table=place.name,
        description=purpose(contract),
        location=f"{world.location(job.table_root).rstrip('/')}/data/",
        columns=columns_of(contract, types, plain),
        partition_keys=keys_of(types, plain),
        partitions={},
        parameters={
            **identified(job),
            "mesh_etl.contract_id": contract.id,
            "mesh_etl.contract_version": contract.version,
            "mesh_etl.contract_sha256": contract.sha256,
        },
        owner=job.project.mesh.domains[job.domain].owner,
        compression=str(target.compression).partition(":")[0],
        seq=0,
        format="parquet" if iceberg else target.file_format,
        central=True,
    )
    return wanted.table_input()
