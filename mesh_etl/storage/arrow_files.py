"""A storage as Arrow's datasets see it: files that can be opened and read, and no more."""

from __future__ import annotations

from typing import Any, NoReturn

import pyarrow as pa
from pyarrow.fs import FileInfo, FileSystem, FileSystemHandler, FileType, LocalFileSystem, PyFileSystem

from mesh_etl.storage.base import Storage
from mesh_etl.storage.local import LocalStorage


def file_system(storage: Storage) -> FileSystem:
    """The storage as a file system of Arrow's whose paths are those of the storage."""
    return LocalFileSystem() if isinstance(storage, LocalStorage) else PyFileSystem(_Files(storage))


class _Files(FileSystemHandler):  # type: ignore[misc]
    """Opens files; whoever made the dataset knows which there are."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Files) and other.storage == self.storage

    def __ne__(self, other: object) -> bool:
        return not self == other

    def get_type_name(self) -> str:
        return "mesh_etl"

    def normalize_path(self, path: str) -> str:
        return path

    def open_input_file(self, path: str) -> pa.NativeFile:
        return self.storage.open(path)

    def open_input_stream(self, path: str) -> pa.NativeFile:
        return self.storage.open(path)

    def get_file_info(self, paths: list[str]) -> list[FileInfo]:
        return [FileInfo(path, FileType.File) for path in paths]

    def _refuse(self, *_: Any) -> NoReturn:
        raise NotImplementedError("a dataset reads only")

    get_file_info_selector = create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = _refuse
    delete_file = move = copy_file = open_output_stream = open_append_stream = _refuse
