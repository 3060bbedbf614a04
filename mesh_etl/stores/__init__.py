"""Where input files are: one seam for finding, pinning and reading them."""

from __future__ import annotations

from mesh_etl.stores.base import InputFile, Noted, Store
from mesh_etl.stores.local import LOCAL, LandedStore, LocalStore, TableStore

__all__ = ["LOCAL", "InputFile", "LandedStore", "LocalStore", "Noted", "Store", "TableStore", "store_of"]


def store_of(address: str) -> Store:
    """The store that the address lies in: S3 for s3:// (or Hadoop's spelling s3a://), else the local file system."""
    if address.startswith(("s3://", "s3a://")):
        from mesh_etl.stores.s3 import S3Store

        return S3Store()
    return LOCAL
