"""What the commit protocol and the kernels need of the storage that holds a table.

Everything that decides something goes through here, so that a test can stand in. A storage is frozen and picklable: it
travels to the workers that write and read files.
"""

from __future__ import annotations

import datetime
import errno
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mesh_etl.errors import Fault, RunError

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.stores import InputFile


class OutcomeUnknown(Exception):
    """A write was sent and no answer came: it may have happened. Ask again; never undo on this."""


@dataclass(frozen=True)
class Stored:
    """An object of the storage: its path, its size in bytes and the moment at which it was last written, in UTC."""

    path: str
    size: int
    modified: datetime.datetime


class Storage(Protocol):
    """Objects by path; a path is absolute on a file system, or a URL."""

    @property
    def at_once(self) -> int:
        """How many calls are worth making at the same time."""
        ...

    def create(self, path: str, content: bytes) -> bool:
        """The object exists with this content and True, or existed before and False. Raises `OutcomeUnknown`."""
        ...

    def read(self, path: str) -> bytes | None:
        """The content of the object, or None where there is none."""
        ...

    def names(self, folder: str, after: str = "") -> list[str]:
        """The names in the folder that sort after `after`, sorted; empty where there is none."""
        ...

    def walk(self, folder: str) -> Iterator[Stored]:
        """Every object below the folder, at any depth, in the order of their paths."""
        ...

    def carry(self, source: str, target: str) -> None:
        """`target` holds what `source` holds, without a copy through this process where the storage can."""
        ...

    def writing(self, path: str, private: bool = False) -> AbstractContextManager[str]:
        """A local file to write to; at the end of the block its content is durable at `path`.

        Nothing is at `path` when the block raises. With `private` only the owner may read it, where that is known.
        """
        ...

    def open(self, path: str) -> pa.NativeFile:
        """The bytes of the object for Arrow's readers; can be sought. Raises `FileNotFoundError`."""
        ...

    def file(
        self, path: str, size: int, constants: tuple[tuple[str, str | None], ...] = (), address: str = ""
    ) -> InputFile:
        """The object, which nothing changes any more, as an input of the readers; known by `address` if it has one."""
        ...

    def remove(self, path: str) -> None:
        """Nothing is left of the object or folder."""
        ...

    def uploads(self, folder: str) -> Iterator[Stored]:
        """What was begun to be sent below the folder and is not whole: to which path, and when; the size is not known.

        Such parts take room until they are given up with `abort`; a storage that is a disk has none.
        """
        ...

    def abort(self, path: str) -> None:
        """No upload to the object is under way; whoever makes one fails."""
        ...


class faults:
    """A context in which the operating system's refusals become coded errors."""

    _CODES = {
        errno.ENOSPC: ("DISK_FULL", "no space is left on the device", "free some space and run again"),
        errno.EDQUOT: ("DISK_FULL", "the disk quota is used up", "free some space and run again"),
        errno.EROFS: ("READ_ONLY", "the file system is read-only", "choose another warehouse in configs/env"),
        errno.EACCES: ("PERMISSION_DENIED", "writing is not permitted", "check the rights of the folder"),
        errno.EPERM: ("PERMISSION_DENIED", "writing is not permitted", "check the rights of the folder"),
    }

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            code, problem, fix = self._CODES.get(
                error.errno or 0, ("STORAGE_FAILED", os.strerror(error.errno or errno.EIO), "run again")
            )
            place = self.place if code != "STORAGE_FAILED" else str(error.filename or self.place)
            raise RunError(Fault(code, problem, place, fix), retryable=True) from error
