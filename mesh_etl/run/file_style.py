"""How the files of a table are written, as its job says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.contract.diff import summary
from mesh_etl.kernels.write.encode import EncodeJob
from mesh_etl.run.states import kept_columns

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.storage import Scratch


def file_style(plan: Plan, scratch: Scratch) -> EncodeJob:
    """The work of encoding without its folder and its batches; states of columns go into `scratch`."""
    target = plan.job.job.target
    schema = plan.ledger.file_schema(plan.stored, summary(plan.contract))
    return EncodeJob(
        folder="",
        pieces=(),
        drop=() if schema else tuple(key.column for key in plan.partition_by if not key.derived),
        sort_by=target.sort_by,
        compression=str(target.compression),
        target_bytes=target.target_file_mb << 20,
        delta=target.numbers == "delta",
        states=scratch.folder,
        scratch=scratch.storage,
        kept=kept_columns(plan),
        storage=plan.ledger.storage,
        format=target.file_format,
        schema=schema,
        cluster_by=target.cluster_by,
        row_group_bytes=target.row_group_mb << 20,
        bloom_filters=target.bloom_filters,
    )
