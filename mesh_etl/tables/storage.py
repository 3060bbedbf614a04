"""The storage that holds a table. Everything that decides something goes through here, so that a test can stand in."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import uuid
from pathlib import Path
from typing import Protocol

from mesh_etl.errors import Fault, RunError


class OutcomeUnknown(Exception):
    """A write was sent and no answer came: it may have happened. Ask again; never undo on this."""


class Storage(Protocol):
    """What the commit protocol needs of a storage."""

    def create(self, path: str, content: bytes) -> bool:
        """The object exists with this content and True, or existed before and False. Raises `OutcomeUnknown`."""
        ...

    def read(self, path: str) -> bytes | None:
        """The content of the object, or None where there is none."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names in the folder, sorted; empty where there is none."""
        ...

    def carry(self, source: str, target: str) -> None:
        """`target` holds what `source` holds, without a copy through this process where the storage can."""
        ...

    def remove(self, path: str) -> None:
        """Nothing is left of the file or folder."""
        ...


class LocalStorage:
    """A directory tree on this machine."""

    def create(self, path: str, content: bytes) -> bool:
        """Durable and atomic: written beside, synced, and linked to the name, which fails where the name exists.

        A failure after the link is no failure of the create: whether its name outlives a crash is unknown then.
        """
        target = Path(path)
        with faults(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.parent / f".{uuid.uuid4().hex}"
            try:
                with temporary.open("xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                created = _linked(temporary, target)
            finally:
                with contextlib.suppress(OSError):  # a name that nobody reads
                    temporary.unlink()
        try:
            _sync_folder(target.parent)
        except OSError as error:
            raise OutcomeUnknown from error
        return created

    def read(self, path: str) -> bytes | None:
        try:
            return Path(path).read_bytes()
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []

    def carry(self, source: str, target: str) -> None:
        with faults(target):
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError as error:
                if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
                    raise
                shutil.copyfile(source, target)

    def remove(self, path: str) -> None:
        if os.path.isdir(path):  # pathlib raises where this user may not look
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.exists(path):  # a read-only disk refuses to remove even what is not there
            with faults(path):
                Path(path).unlink(missing_ok=True)


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


def _linked(temporary: Path, target: Path) -> bool:
    """The file has its name and True, or another one has it and False."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in (errno.EIO, errno.ESTALE, errno.ETIMEDOUT):  # a network file system may have done it
            raise OutcomeUnknown from error
        raise
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
