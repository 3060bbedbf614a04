"""A sample laid out as a table would be, and the bytes of it that a filter has to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow.fs import LocalFileSystem

from mesh_etl.kernels.write.buckets import bucket
from mesh_etl.kernels.write.encode import EncodeJob, encode
from mesh_etl.kernels.write.partition import PartitionKey, groups
from mesh_etl.run.stage_parts import shares

if TYPE_CHECKING:
    from mesh_etl.layout.candidates import Layout
    from mesh_etl.layout.filters import Filter
    from mesh_etl.layout.sample import Sample

_LEAST_GROUP = 32 << 10  # bytes: below that a row group is more footer than rows
_BATCH_ROWS = 4_096
_EXPANSION = 4.0


@dataclass(frozen=True)
class Measured:
    """What a layout made of the sample: its bytes, its partitions and files, and the bytes that each filter reads."""

    layout: Layout
    bytes: int
    partitions: int
    files: int
    read: tuple[int, ...]

    @property
    def cost(self) -> int:
        """The bytes that all filters read together; without filters those that are stored."""
        return sum(self.read) if self.read else self.bytes


def measured(sample: Sample, layout: Layout, filters: Sequence[Filter], style: EncodeJob, folder: Path) -> Measured:
    """The sample is in files below the folder as the layout says, and was asked by the filters.

    Row groups and files are as many as the whole table would have: they are smaller by the sample's share. A filter
    reads the row groups that neither partitions nor statistics exclude, which Arrow decides.
    """
    folder.mkdir(parents=True)
    parts = groups(sample.rows, layout.keys)
    manifest = _spilled(sample.rows, parts, folder / "rows.arrow")
    files: list[tuple[tuple[str | None, ...], str]] = []
    cut = max(1, int(style.target_bytes * sample.share))
    for number, share in enumerate(shares([manifest], cut, _EXPANSION, 1)):
        job = EncodeJob(
            folder=str(folder / str(number)),
            pieces=share.pieces,
            sort_by=layout.sort_by,
            cluster_by=layout.cluster_by,
            compression=style.compression,
            target_bytes=cut,
            row_group_bytes=max(_LEAST_GROUP, int((layout.row_group_mb << 20) * sample.share)),
            bytes=share.bytes,
        )
        files += [(share.values, one["path"]) for one in encode(job)["files"]]
    stored = [(values, path, pq.read_metadata(path)) for values, path in files]
    sizes = {path: [_size(metadata, group) for group in range(metadata.num_row_groups)] for _, path, metadata in stored}
    read = tuple(sum(_read(one, values, path, layout, sizes[path]) for values, path in files) for one in filters)
    return Measured(layout, sum(map(sum, sizes.values())), len(parts), len(files), read)


def _spilled(rows: pa.Table, parts: Sequence[Any], path: Path) -> dict[str, Any]:
    segments: list[dict[str, Any]] = []
    with pa.ipc.new_file(str(path), rows.schema) as writer:
        for values, places in parts:
            for batch in rows.take(pa.array(places)).combine_chunks().to_batches(max_chunksize=_BATCH_ROWS):
                writer.write_batch(batch)
                facts = {"batch": len(segments), "rows": batch.num_rows, "bytes": batch.nbytes}
                segments.append({"values": list(values), **facts})
    return {"spill": str(path), "segments": segments}


def _size(metadata: pq.FileMetaData, group: int) -> int:
    row_group = metadata.row_group(group)
    return sum(row_group.column(index).total_compressed_size for index in range(row_group.num_columns))


def _read(one: Filter, values: Sequence[str | None], path: str, layout: Layout, sizes: Sequence[int]) -> int:
    """The bytes of the row groups of a file that the filter cannot leave out."""
    if any(_elsewhere(one, key, value) for key, value in zip(layout.keys, values, strict=True)):
        return 0
    if one.test is None:
        return sum(sizes)
    fragment = ds.ParquetFileFormat().make_fragment(path, LocalFileSystem())
    return sum(sizes[group.id] for part in fragment.split_by_row_group(one.test) for group in part.row_groups)


def _elsewhere(one: Filter, key: PartitionKey, value: str | None) -> bool:
    """Whether the values that the filter asks for are in other buckets; other keys show in the statistics."""
    kind, _, width = key.transform.rstrip("]").partition("[")
    if kind != "bucket" or key.column not in one.points:
        return False
    asked = pa.array([scalar.as_py() for scalar in one.points[key.column]], one.points[key.column][0].type)
    return value not in {str(number) for number in bucket(asked, int(width)).to_pylist()}
