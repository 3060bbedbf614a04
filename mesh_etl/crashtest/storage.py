"""A storage whose calls are watched."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.crashtest.watch import Watch, broken, die
from mesh_etl.storage import OutcomeUnknown, Storage, Stored

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.stores import InputFile


@dataclass(frozen=True)
class WatchedStorage:
    """Does what `inner` does, unless the watch strikes. A copy that travels to another process is not watched."""

    inner: Storage
    watch: Watch

    @property
    def at_once(self) -> int:
        """One, so that calls are numbered alike in every run."""
        return 1

    def create(self, path: str, content: bytes) -> bool:
        return self.watch.around("storage.create", lambda: self.inner.create(path, content), OutcomeUnknown)

    def read(self, path: str) -> bytes | None:
        return self.watch.around("storage.read", lambda: self.inner.read(path))

    def names(self, folder: str, *after: str) -> list[str]:
        return self.watch.around("storage.names", lambda: self.inner.names(folder, *after))

    def walk(self, folder: str) -> Iterator[Stored]:
        return self.watch.around("storage.walk", lambda: self.inner.walk(folder))

    def carry(self, source: str, target: str) -> None:
        self.watch.around("storage.carry", lambda: self.inner.carry(source, target), lambda: broken("storage.carry"))

    @contextlib.contextmanager
    def writing(self, path: str, private: bool = False) -> Iterator[str]:
        name = "storage.writing"
        way = self.watch.enter(name, "refused", "lost", "killed")
        if way == "refused":
            raise broken(name)
        with self.inner.writing(path, private) as local:
            yield local
        if way == "killed":
            die()
        if way == "lost":
            raise broken(name)

    def open(self, path: str) -> pa.NativeFile:
        return self.watch.around("storage.open", lambda: self.inner.open(path))

    def file(
        self, path: str, size: int, constants: tuple[tuple[str, str | None], ...] = (), address: str = ""
    ) -> InputFile:
        return self.inner.file(path, size, constants, address)

    def remove(self, path: str) -> None:
        self.watch.around("storage.remove", lambda: self.inner.remove(path), lambda: broken("storage.remove"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __reduce__(self) -> tuple[Callable[..., Storage], tuple[Storage]]:
        return _plain, (self.inner,)


def _plain(inner: Storage) -> Storage:
    return inner
