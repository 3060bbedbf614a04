"""Where tables are written: a file system or S3, behind one protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mesh_etl.storage.base import OutcomeUnknown, Storage, Stored, faults
from mesh_etl.storage.local import LOCAL_STORAGE, LocalStorage
from mesh_etl.storage.scratch import Scratch
from mesh_etl.storage.together import each

__all__ = [
    "LOCAL_STORAGE",
    "LocalStorage",
    "OutcomeUnknown",
    "Scratch",
    "Storage",
    "Stored",
    "each",
    "faults",
    "storage_of",
    "through",
]


def storage_of(root: str, **s3: str | None) -> Storage:
    """The storage in which a table with this root is; `s3` are the fields of `S3Storage`, for a root in S3."""
    found: Storage = LOCAL_STORAGE
    if root.startswith("s3://"):
        from mesh_etl.storage.s3 import S3Storage

        found = S3Storage(**s3)
    for made in _through:
        found = made(found)
    return found


_through: list[Callable[[Storage], Storage]] = []


@contextmanager
def through(made: Callable[[Storage], Storage]) -> Iterator[None]:
    """Each storage that this process opens in the block is what `made` makes of it: its calls can be watched."""
    _through.append(made)
    try:
        yield
    finally:
        _through.remove(made)
