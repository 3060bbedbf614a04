"""How many bytes in memory make a byte of a file: what the sizes of files are planned by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mesh_etl.kernels.write.encode import EncodeJob, encode
from mesh_etl.run.stage_parts import Pieces

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.tables.entry import Partition

SAMPLE_BYTES = 16 << 20
USUAL = 4.0
# Rows in an order are held in memory until all of a share are there.
_MOST, _MOST_ORDERED = 32.0, 8.0


def expected(plan: Plan, engine: Engine, manifests: Sequence[dict[str, Any]], job: EncodeJob) -> float:
    """The expansion of the rows that are to be encoded as `job` says.

    It is that of the table's last commit, where files were written in the same way, else that of a sample, which is
    encoded as the rows will be. Where the rows make no more than one file at most, it is not asked for.
    """
    total = sum(one["bytes"] for manifest in manifests for one in manifest["segments"])
    if total <= job.target_bytes:
        return USUAL
    most = _MOST_ORDERED if job.sort_by or job.cluster_by else _MOST
    last = plan.head.data if plan.head else None
    if last and last.expansion and (last.file_format, last.compression) == (job.format, job.compression):
        return min(most, max(1.0, last.expansion))
    pieces, size = sample_of(manifests)
    beside = f"{pieces[0][0].rpartition('/')[0]}/sample"
    one = replace(job, folder=beside, pieces=pieces, storage=job.scratch, states="", kept=())
    (found,) = engine.map(encode, [one])
    written = sum(int(file["bytes"]) for file in found["files"])
    return min(most, max(1.0, size / max(1, written)))


def observed(manifests: Sequence[dict[str, Any]], partitions: Sequence[Partition]) -> float | None:
    """The expansion of what was encoded; None of nothing."""
    size = sum(one["bytes"] for manifest in manifests for one in manifest["segments"])
    written = sum(file.bytes for partition in partitions for file in partition.files)
    return round(size / written, 3) if size and written else None


def sample_of(manifests: Sequence[dict[str, Any]]) -> tuple[Pieces, int]:
    """Batches of one spill file, the first ones, and their bytes."""
    spilled = max(manifests, key=lambda manifest: sum(one["bytes"] for one in manifest["segments"]))
    batches, size = [], 0
    for one in spilled["segments"]:
        batches.append(one["batch"])
        size += one["bytes"]
        if size >= SAMPLE_BYTES:
            break
    return ((spilled["spill"], tuple(batches)),), size
