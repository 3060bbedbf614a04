"""A storage whose calls are watched."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from mesh_etl.crashtest.watch import Watch, broken, die
from mesh_etl.storage import OutcomeUnknown, Storage, Stored

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.stores import InputFile, Store


def plain(inner: Any) -> Any:
    """What a copy that travels to another process is: not watched."""
    return inner


@dataclass(frozen=True)
class OneAtATime:
    """Does what `inner` does, one call after the other, so that calls are numbered alike in every run."""

    inner: Storage

    at_once = 1

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "inner":
            raise AttributeError(name)
        return getattr(self.inner, name)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any]]:
        return plain, (self.inner,)


@dataclass(frozen=True)
class WatchedStorage:
    """Does what `inner` does, one call after the other, unless the watch strikes."""

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

    def names(self, folder: str, after: str = "") -> list[str]:
        return self.watch.around("storage.names", lambda: self.inner.names(folder, after))

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
            try:
                yield local
            except BaseException:  # what gives up a file half written can die as well
                if way == "killed":
                    die()
                raise
        if way == "killed":
            die()
        if way == "lost":
            raise broken(name)

    def open(self, path: str) -> pa.NativeFile:
        return self.watch.around("storage.open", lambda: self.inner.open(path))

    def file(
        self, path: str, size: int, constants: tuple[tuple[str, str | None], ...] = (), address: str = ""
    ) -> InputFile:
        found = self.inner.file(path, size, constants, address)
        return replace(found, store=WatchedStore(found.store, self.watch))

    def remove(self, path: str) -> None:
        self.watch.around("storage.remove", lambda: self.inner.remove(path), lambda: broken("storage.remove"))

    def uploads(self, folder: str) -> Iterator[Stored]:
        return self.watch.around("storage.uploads", lambda: self.inner.uploads(folder))

    def abort(self, path: str) -> None:
        self.watch.around("storage.abort", lambda: self.inner.abort(path), lambda: broken("storage.abort"))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any]]:
        return plain, (self.inner,)


@dataclass(frozen=True)
class WatchedStore:
    """The files of a table as readers open them: each opening is a call of the storage."""

    inner: Store
    watch: Watch

    def find(self, address: str) -> list[InputFile]:
        return self.inner.find(address)

    def beside(self, address: str) -> list[str] | None:
        return self.inner.beside(address)

    def stands(self, file: InputFile) -> bool:
        return self.inner.stands(file)

    def noted(self, file: InputFile) -> Any:
        return self.inner.noted(file)

    def open(self, file: InputFile) -> BinaryIO:
        return self.watch.around("storage.open", lambda: self.inner.open(file))

    def native(self, file: InputFile) -> pa.NativeFile:
        return self.watch.around("storage.open", lambda: self.inner.native(file))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any]]:
        return plain, (self.inner,)
