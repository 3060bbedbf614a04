"""The storage of a table that is lent: what lies below its root can be read, and nothing can be written.

What an Iceberg table is made of is for its metadata to say, which others write. A path that they name is opened only
where it lies below the root: what was lent is this table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import pyarrow as pa

from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.stored.shortened import ShortenedStore, packed
from mesh_etl.storage import Stored
from mesh_etl.stores import InputFile

if TYPE_CHECKING:
    import numpy as np

    from mesh_etl.storage import Storage


@dataclass(frozen=True)
class LentStorage:
    """Files below `root` in another storage. Raises `PlanError` ICEBERG_ELSEWHERE for any other path.

    `stand_ins` are files that are read as if rows of another were not there, by their paths: nobody has written them.
    """

    storage: Storage
    root: str
    stand_ins: dict[str, ShortenedStore] = field(default_factory=dict, compare=False, repr=False)

    @property
    def at_once(self) -> int:
        """As in the storage itself."""
        return self.storage.at_once

    def stand_in(self, path: str, source: str, size: int, gone: np.ndarray) -> None:
        """At `path` readers find the file `source`, of `size` bytes, without the rows at the positions `gone`."""
        file = self.storage.file(self._inside(source), size)
        self.stand_ins[self._inside(path)] = ShortenedStore(file, packed(gone))

    def read(self, path: str) -> bytes | None:
        """As in the storage itself."""
        return self.storage.read(self._inside(path))

    def names(self, folder: str, after: str = "") -> list[str]:
        """As in the storage itself, those that stand in among them."""
        found = self.storage.names(self._inside(folder), after)
        made = [path.rpartition("/") for path in self.stand_ins]
        return sorted({*found, *(name for beside, _, name in made if beside == folder and name > after)})

    def walk(self, folder: str) -> Iterator[Stored]:
        """As in the storage itself: what somebody has written."""
        return self.storage.walk(self._inside(folder))

    def open(self, path: str) -> pa.NativeFile:
        """The bytes of the file, or of the one that stands in. Raises `FileNotFoundError`."""
        made = self.stand_ins.get(path)
        return made.native(made.file) if made else self.storage.open(self._inside(path))

    def file(
        self, path: str, size: int, constants: tuple[tuple[str, str | None], ...] = (), address: str = ""
    ) -> InputFile:
        """The file as an input of the readers, or the one that stands in, which workers make anew."""
        made = self.stand_ins.get(path)
        if made is None:
            return self.storage.file(self._inside(path), size, constants, address)
        return InputFile(address or path, size, "immutable", made, constants)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("a table that is lent is read only")

    create = carry = writing = remove = uploads = abort = _refuse

    def _inside(self, path: str) -> str:
        inner = path.removeprefix(f"{self.root}/")
        if inner == path or "://" in inner or ".." in inner.split("/"):
            problem = (
                "the table's metadata name files that do not lie below the table, and only those below it are lent"
            )
            fix = "have its domain rewrite the table into its own place, or publish it as a new product"
            raise PlanError(Fault("ICEBERG_ELSEWHERE", problem, self.root, fix))
        return path
