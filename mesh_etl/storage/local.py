"""A table on this machine's file system."""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mesh_etl.storage.base import OutcomeUnknown, Stored, faults
from mesh_etl.stores import InputFile, TableStore

if TYPE_CHECKING:
    import pyarrow as pa

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True)
class LocalStorage:
    """A directory tree on this machine."""

    at_once: ClassVar[int] = 1

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

    def names(self, folder: str, after: str = "") -> list[str]:
        try:
            return sorted(name for name in os.listdir(folder) if name > after)
        except FileNotFoundError:
            return []

    def walk(self, folder: str) -> Iterator[Stored]:
        for parent, folders, names in os.walk(folder, onerror=_unless_gone):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(parent, name)
                try:
                    facts = os.stat(path)
                except FileNotFoundError:  # removed since it was listed
                    continue
                yield Stored(path, facts.st_size, datetime.datetime.fromtimestamp(facts.st_mtime, datetime.UTC))

    def carry(self, source: str, target: str) -> None:
        with faults(target):
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError as error:
                if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
                    raise
                shutil.copyfile(source, target)

    @contextlib.contextmanager
    def writing(self, path: str, private: bool = False) -> Iterator[str]:
        """Written in place: a name that no ledger entry knows is seen by nobody."""
        with faults(path):
            if private:
                _private_folder(Path(path).parent)
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
            else:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            yield path
            with faults(path), open(path, "rb+") as file:
                os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):  # what was wrong is raised; a stray is collected later
                os.unlink(path)
            raise

    def open(self, path: str) -> pa.NativeFile:
        import pyarrow as pa

        return pa.memory_map(path)

    def file(
        self, path: str, size: int, constants: tuple[tuple[str, str | None], ...] = (), address: str = ""
    ) -> InputFile:
        return InputFile(address or path, size, "immutable", TableStore(path), constants)

    def remove(self, path: str) -> None:
        if os.path.isdir(path):  # pathlib raises where this user may not look
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.exists(path):  # a read-only disk refuses to remove even what is not there
            with faults(path):
                Path(path).unlink(missing_ok=True)

    def uploads(self, folder: str) -> Iterator[Stored]:
        return iter(())

    def abort(self, path: str) -> None:
        """Nothing is sent anywhere."""


LOCAL_STORAGE = LocalStorage()


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


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _private_folder(folder: Path) -> None:
    """The folder is there; if it is new only its owner may enter it, and neither may others enter a new one above."""
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    for one in (folder.parent, folder):
        one.mkdir(PRIVATE_FOLDER, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
