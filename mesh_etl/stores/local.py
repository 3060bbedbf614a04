"""Files of the local file system."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mesh_etl.errors import Fault, RunError
from mesh_etl.stores.base import InputFile, Noted

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class LocalStore:
    """Local files; the version of a file is the moment at which it was last written."""

    def find(self, address: str) -> list[InputFile]:
        if os.path.isdir(address):
            with os.scandir(address) as entries:
                paths = [entry.path for entry in entries if entry.is_file() and not entry.name.startswith((".", "_"))]
        elif os.path.isfile(address):
            return [self.pin(address)]
        else:
            found = glob.glob(address, recursive=True)
            paths = [path for path in found if os.path.isfile(path) and not os.path.basename(path).startswith("_")]
        return [self.pin(path) for path in sorted(paths)]

    def pin(self, path: str) -> InputFile:
        """The file as it is now."""
        facts = os.stat(path)
        return InputFile(path, facts.st_size, f"mtime:{facts.st_mtime_ns}", self)

    def beside(self, address: str) -> list[str] | None:
        folder = Path(address).parent
        return [one.name for one in folder.iterdir()] if folder.is_dir() else None

    def stands(self, file: InputFile) -> bool:
        try:
            facts = os.stat(file.path)
        except FileNotFoundError:
            return False
        return (facts.st_size, f"mtime:{facts.st_mtime_ns}") == (file.size, file.version)

    def noted(self, file: InputFile) -> Noted:
        kind, _, moment = file.version.partition(":")
        return Noted(int(moment) // 1000) if kind == "mtime" else Noted()

    def open(self, file: InputFile) -> BinaryIO:
        try:
            return open(file.path, "rb")
        except FileNotFoundError:
            raise _gone(file) from None

    def native(self, file: InputFile) -> pa.NativeFile:
        import pyarrow as pa

        try:
            return pa.OSFile(file.path)
        except FileNotFoundError:
            raise _gone(file) from None


@dataclass(frozen=True)
class TableStore(LocalStore):
    """The files of a table: nothing changes them once they are committed.

    `path` is where the file lies now, for one that a later commit has carried on from its address.
    """

    path: str = ""

    def stands(self, file: InputFile) -> bool:
        return True

    def open(self, file: InputFile) -> BinaryIO:
        return super().open(replace(file, path=self.path or file.path))

    def native(self, file: InputFile) -> pa.NativeFile:
        return super().native(replace(file, path=self.path or file.path))


@dataclass(frozen=True)
class LandedStore(LocalStore):
    """What was fetched from elsewhere, kept in a local file for as long as the run needs it.

    `path` is that file; the address of the `InputFile` says where its content came from.
    """

    path: str

    def stands(self, file: InputFile) -> bool:
        return True

    def open(self, file: InputFile) -> BinaryIO:
        return open(self.path, "rb")

    def native(self, file: InputFile) -> pa.NativeFile:
        import pyarrow as pa

        return pa.OSFile(self.path)


LOCAL = LocalStore()


def _gone(file: InputFile) -> RunError:
    fix = "run again: what is there then is read"
    return RunError(
        Fault("INPUT_MISSING", "the file was there when the run began and is gone", file.path, fix), retryable=True
    )
