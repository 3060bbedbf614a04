"""Tables in the Iceberg format: the same ledger to the rest of the library, with Iceberg's own commit behind it."""

from __future__ import annotations

from mesh_etl.tables.iceberg.ledger import IcebergLedger
from mesh_etl.tables.iceberg.lent import LentLedger
from mesh_etl.tables.iceberg.lent_storage import LentStorage

__all__ = ["IcebergLedger", "LentLedger", "LentStorage"]
