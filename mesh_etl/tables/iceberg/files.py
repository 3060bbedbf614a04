"""Iceberg's metadata files, read and written through the storage that holds the table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pyiceberg.io import FileIO, InputFile, OutputFile

if TYPE_CHECKING:
    from mesh_etl.storage import Storage
    from mesh_etl.tables.layout import Layout


def location(root: str) -> str:
    """The address by which Iceberg's metadata name a path: `file://` for one on this machine."""
    return root if "://" in root else f"file://{root}"


def path_of(address: str) -> str:
    """The path in the storage; Hadoop writes `file:/folder` where others write `file:///folder`."""
    if not address.startswith("file:"):
        return address
    return "/" + address.removeprefix("file:").lstrip("/")


def relative(layout: Layout, address: str) -> str:
    """What the ledger calls the file; a path that is not below the table's root is kept whole."""
    return layout.relative(path_of(address))


class StorageIO(FileIO):
    """The files of one table, by their addresses. An object is created once and never changed."""

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self.storage = storage

    def new_input(self, location: str) -> InputFile:
        """The object at the address, to be read."""
        return _Object(location, self.storage)

    def new_output(self, location: str) -> OutputFile:
        """The object that will be at the address."""
        return _New(location, self.storage)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """There is no such object."""
        address = location if isinstance(location, str) else location.location
        self.storage.remove(path_of(address))


class _Object(InputFile):
    def __init__(self, location: str, storage: Storage) -> None:
        super().__init__(location)
        self.storage = storage

    def __len__(self) -> int:
        with self.open() as stream:
            size: int = stream.size()
            return size

    def exists(self) -> bool:
        try:
            self.open().close()
        except FileNotFoundError:
            return False
        return True

    def open(self, seekable: bool = True) -> Any:
        return self.storage.open(path_of(self.location))


class _New(OutputFile):
    def __init__(self, location: str, storage: Storage) -> None:
        super().__init__(location)
        self.storage = storage
        self.size = 0

    def __len__(self) -> int:
        return self.size

    def exists(self) -> bool:
        return self.to_input_file().exists()

    def to_input_file(self) -> InputFile:
        return _Object(self.location, self.storage)

    def create(self, overwrite: bool = False) -> Any:
        return _Content(self)

    def hold(self, content: bytes) -> None:
        """The object exists with this content. Raises `FileExistsError`: names have a UUID and are used once."""
        if not self.storage.create(path_of(self.location), content):
            raise FileExistsError(self.location)
        self.size = len(content)


class _Content(io.BytesIO):
    """What is written becomes the object as a whole, when it is closed without an error."""

    def __init__(self, target: _New) -> None:
        super().__init__()
        self.target = target

    def close(self) -> None:
        if not self.closed:
            self.target.hold(self.getvalue())
            super().close()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()
        else:
            super().close()
