"""Tables in the Iceberg format: the same ledger to the rest of the library, with Iceberg's own commit behind it."""

from __future__ import annotations

from mesh_etl.tables.iceberg.ledger import IcebergLedger

__all__ = ["IcebergLedger"]
