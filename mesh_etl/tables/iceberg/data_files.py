"""The files of a table as manifests list them: made from our own footers, and read back from those of any engine."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    DataFileStatistics,
    MetricModeTypes,
    MetricsMode,
    StatisticsCollector,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestContent
from pyiceberg.typedef import Record
from pyiceberg.types import StringType

from mesh_etl.errors import Fault, PublishError
from mesh_etl.tables.iceberg.files import location
from mesh_etl.tables.iceberg.partitions import Values, to_iceberg
from mesh_etl.tables.iceberg.schema import ID, OWN

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.manifest import ManifestEntry
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.table.snapshots import Snapshot

    from mesh_etl.storage import Storage
    from mesh_etl.tables.entry import DataFile as TableFile

# It warns of each column that has no lowest value, as one that is all NULL.
logging.getLogger("pyiceberg.io.pyarrow").setLevel(logging.ERROR)


def described(
    storage: Storage, path: str, file: TableFile, values: Values, schema: Schema, spec: PartitionSpec
) -> DataFile:
    """The file as a manifest lists it, with the statistics of its footer.

    Raises `PublishError` CONFLICT (retryable) when the file was written for other field ids than the schema's.
    """
    with storage.open(path) as source:
        footer = pq.read_metadata(source)
    stated = {one.name: int((one.metadata or {}).get(ID, -1)) for one in footer.schema.to_arrow_schema()}
    if any(stated.get(field.name, field.field_id) != field.field_id for field in schema.fields):
        problem = "another commit has changed the table's columns since the files were written"
        raise PublishError(Fault("CONFLICT", problem, path, "run again"), retryable=True)
    found = _statistics(footer, schema)
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location(path),
        file_format=FileFormat.PARQUET,
        partition=Record(*to_iceberg(values, spec, schema)),
        file_size_in_bytes=file.bytes,
        sort_order_id=None,
        spec_id=spec.spec_id,
        equality_ids=None,
        key_metadata=None,
        **found.to_serialized_dict(),
    )


def _statistics(footer: pq.FileMetaData, schema: Schema) -> DataFileStatistics:
    """What the footer tells of the columns that the schema has."""
    ids, plan = dict(parquet_path_to_id_mapping(schema)), dict(compute_statistics_plan(schema, {}))
    for index in range(footer.num_columns):
        path = footer.schema.column(index).path
        if path not in ids:
            ids[path] = OWN + index
            plan[OWN + index] = StatisticsCollector(OWN + index, StringType(), MetricsMode(MetricModeTypes.NONE), path)
    found = data_file_statistics_from_parquet_metadata(footer, plan, ids)
    for id_ in [one for one in found.column_sizes if one >= OWN]:
        del found.column_sizes[id_]
    return found


def live(snapshot: Snapshot | None, io: FileIO) -> tuple[list[ManifestEntry], list[ManifestEntry]]:
    """The entries of the data files that a snapshot has, and those of its delete files."""
    data: list[Any] = []
    deletes: list[Any] = []
    for manifest in snapshot.manifests(io) if snapshot else ():
        kept = data if manifest.content == ManifestContent.DATA else deletes
        kept.extend(manifest.fetch_manifest_entry(io, discard_deleted=True))
    return data, deletes


def written(snapshot: Snapshot, io: FileIO) -> Iterator[ManifestEntry]:
    """What the snapshot itself has added and taken away: the entries of its own manifests."""
    for manifest in snapshot.manifests(io):
        if manifest.added_snapshot_id == snapshot.snapshot_id:
            yield from manifest.fetch_manifest_entry(io, discard_deleted=False)
