"""Where tables are written: a file system or S3, behind one protocol."""

from __future__ import annotations

from mesh_etl.storage.base import OutcomeUnknown, Storage, Stored, faults
from mesh_etl.storage.local import LOCAL_STORAGE, LocalStorage

__all__ = ["LOCAL_STORAGE", "LocalStorage", "OutcomeUnknown", "Storage", "Stored", "faults", "storage_of"]


def storage_of(root: str) -> Storage:
    """The storage in which a table with this root is."""
    return LOCAL_STORAGE
