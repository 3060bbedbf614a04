"""Input files as their storage knows them: an address, a size, a version, and a way to the bytes of that version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


class Store(Protocol):
    """A place where input files are; frozen and picklable, so that it travels to the workers with each file."""

    def find(self, address: str) -> list[InputFile]:
        """The files that the address means now, in the order of their names: one file, a folder, or a pattern.

        Files whose names begin with `.` or `_` are left out of folders and patterns.
        """
        ...

    def beside(self, address: str) -> list[str] | None:
        """The names in the folder of the address, for those who mistyped it; None when there is no such folder."""
        ...

    def stands(self, file: InputFile) -> bool:
        """Whether the file still has the size and the version that it was pinned with."""
        ...

    def noted(self, file: InputFile) -> Noted:
        """What the storage knows of the file besides its bytes; raises as `open` does."""
        ...

    def open(self, file: InputFile) -> BinaryIO:
        """The bytes of the file; can be sought.

        Raises `RunError` INPUT_CHANGED where the storage can tell that it is not the pinned version, and INPUT_MISSING.
        """
        ...

    def native(self, file: InputFile) -> pa.NativeFile:
        """The bytes of the file for Arrow's own readers; raises as `open` does."""
        ...


@dataclass(frozen=True)
class Noted:
    """When a file was last written, in microseconds since 1970 in UTC, and the pairs that its owner has noted with it.

    None where the storage does not know the moment.
    """

    modified: int | None = None
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class InputFile:
    """A pinned input: its address, its size in bytes and the version that its storage knows it by (mtime or etag).

    `constants` are values of columns that do not stand in the file, such as those that its path spells.
    """

    path: str
    size: int
    version: str
    store: Store
    constants: tuple[tuple[str, str | None], ...] = ()

    def open(self) -> BinaryIO:
        """The bytes of the file; can be sought. Raises `RunError` INPUT_CHANGED and INPUT_MISSING."""
        return self.store.open(self)

    def native(self) -> pa.NativeFile:
        """The bytes of the file for Arrow's own readers. Raises `RunError` INPUT_CHANGED and INPUT_MISSING."""
        return self.store.native(self)
