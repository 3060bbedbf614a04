"""The Glue Data Catalog: databases, tables with versions, partitions and their indexes; jobs and workflows with their
runs."""

from __future__ import annotations

from mesh_etl.embedded_aws.glue import (
    databases,
    jobs,
    partition_batches,
    partition_indexes,
    partitions,
    resource_policy,
    table_versions,
    tables,
    workflows,
)

__all__ = [
    "databases",
    "jobs",
    "partition_batches",
    "partition_indexes",
    "partitions",
    "resource_policy",
    "table_versions",
    "tables",
    "workflows",
]
