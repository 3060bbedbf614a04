"""Whether the files that the ledger names are stored as they were written."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault
from mesh_etl.upkeep.lifetimes import Lifetime

if TYPE_CHECKING:
    from mesh_etl.storage import Storage
    from mesh_etl.tables.entry import DataFile
    from mesh_etl.tables.ledger import Ledger

_AT_ONCE = 16  # files that are looked into at the same time: it is waiting for the storage, most of it
_PART = 4 << 20  # bytes
_PROBLEMS = {
    "FILE_LOST": "not stored any more",
    "FILE_SIZE": "of another size than was written",
    "FILE_DAMAGED": "not readable as what was written",
    "FILE_ROWS": "with another number of rows than was written",
    "FILE_CHANGED": "of other content than was written, by the checksum",
}


@dataclass(frozen=True)
class Looked:
    """A file that was looked at: `code` is what is wrong with it, empty where nothing is."""

    path: str
    code: str
    summed: bool = False


def looked_at(ledger: Ledger, lives: Iterable[Lifetime], there: Mapping[str, int], checksums: bool) -> Iterator[Looked]:
    """Each file, held against its size as it is stored and the rows of its footer; with `checksums`, all its bytes."""
    look = partial(_looked, ledger, there, checksums)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(look, (life.file for life in lives))


def faults(ledger: Ledger, looked: Sequence[Looked], lives: Mapping[str, Lifetime], whole: str) -> list[Fault]:
    """What is wrong, told once for each folder and kind; `whole` is the way back for files of the head."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in looked:
        if one.code:
            groups.setdefault((one.code, one.path.rpartition("/")[0]), []).append(one.path)
    found = []
    for (code, folder), paths in sorted(groups.items()):
        spans = [span for path in paths for span in lives[path].spans]
        first = min(first for first, _ in spans)
        in_head = any(end is None for _, end in spans)
        files = "1 file is" if len(paths) == 1 else f"{len(paths):,} files are"
        problem = f"{files} {_PROBLEMS[code]}; version {first} brought {'it' if len(paths) == 1 else 'them'}"
        older = "the newest version does not need it: restore it from a backup, or let its versions expire"
        found.append(Fault(code, problem, ledger.layout.path(folder), whole if in_head else older))
    return found


def _looked(ledger: Ledger, there: Mapping[str, int], checksums: bool, file: DataFile) -> Looked:
    if file.path not in there:
        return Looked(file.path, "FILE_LOST")
    if there[file.path] != file.bytes:
        return Looked(file.path, "FILE_SIZE")
    path = ledger.layout.path(file.path)
    summed = bool(checksums and file.crc32)
    try:
        if summed and _crc32(ledger.storage, path) != file.crc32:
            return Looked(file.path, "FILE_CHANGED", summed)
        rows = _rows(ledger.storage, path)
    except (OSError, ValueError):  # Arrow's errors are among these
        return Looked(file.path, "FILE_DAMAGED", summed)
    return Looked(file.path, "" if rows == file.rows else "FILE_ROWS", summed)


def _rows(storage: Storage, path: str) -> int:
    """The rows of a file by its footer."""
    import pyarrow.parquet as pq

    with storage.open(path) as source:
        if path.endswith(".orc"):
            import pyarrow.orc as orc

            return int(orc.ORCFile(source).nrows)
        return int(pq.read_metadata(source).num_rows)


def _crc32(storage: Storage, path: str) -> str:
    found = 0
    with storage.open(path) as source:
        while part := source.read(_PART):
            found = zlib.crc32(part, found)
    return f"{found:08x}"
