"""The Glue Data Catalog: databases, tables with versions, partitions and their indexes."""

from __future__ import annotations

from mesh_etl.embedded_aws.glue import (
    databases,
    partition_batches,
    partition_indexes,
    partitions,
    resource_policy,
    table_versions,
    tables,
)

__all__ = [
    "databases",
    "partition_batches",
    "partition_indexes",
    "partitions",
    "resource_policy",
    "table_versions",
    "tables",
]
