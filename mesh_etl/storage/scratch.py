"""Where a run keeps files for a while: on the disk that its workers share, or else in the storage of the table."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.storage.base import Storage
from mesh_etl.storage.local import LOCAL_STORAGE, PRIVATE_FOLDER, LocalStorage

if TYPE_CHECKING:
    import pyarrow as pa

_COPY_BYTES = 8 << 20


@dataclass(frozen=True)
class Scratch:
    """A folder that is gone after the run. Its files need no sync: after a crash nobody asks for them."""

    folder: str
    storage: Storage = LOCAL_STORAGE

    @classmethod
    def on_disk(cls, folder: str) -> Scratch:
        """A new folder of this machine that others may not enter: refused rows pass through it."""
        os.makedirs(folder, mode=PRIVATE_FOLDER)
        return cls(folder)

    @property
    def is_local(self) -> bool:
        """Whether its files are files of this machine."""
        return isinstance(self.storage, LocalStorage)

    @contextlib.contextmanager
    def here(self) -> Iterator[str]:
        """A new folder of this machine, for as long as the block lasts."""
        with tempfile.TemporaryDirectory(prefix="mesh-etl-", dir=self.folder if self.is_local else None) as folder:
            yield folder

    def path(self, suffix: str) -> str:
        """The path of a new file."""
        return f"{self.folder}/{uuid.uuid4().hex}.{suffix}"

    @contextlib.contextmanager
    def writing(self, path: str) -> Iterator[str]:
        """A local file to write to; at the end of the block its content is at `path`, whole, for every worker."""
        if self.is_local:
            part = f"{path}.{uuid.uuid4().hex}"
            yield part
            os.replace(part, path)
        else:
            with self.storage.writing(path, private=True) as local:
                yield local

    def open(self, path: str) -> pa.NativeFile:
        """The bytes of a file; can be sought. Raises `FileNotFoundError`."""
        return self.storage.open(path)

    @contextlib.contextmanager
    def fetched(self, path: str) -> Iterator[str]:
        """A local file with the content of one, for as long as the block lasts."""
        if self.is_local:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="mesh-etl-") as folder:
            local = os.path.join(folder, path.rpartition("/")[2])
            with self.storage.open(path) as source, open(local, "wb") as file:
                shutil.copyfileobj(source, file, _COPY_BYTES)
            yield local
