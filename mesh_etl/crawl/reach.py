"""Which files are looked at, and which parts of them: the head, the middle and the tail, within a fixed budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.stores import LOCAL, InputFile, store_of

T = TypeVar("T")
ROWS = 100_000
FILES = 64
OCTETS = 32 << 20
PARTS = 9
LINES_COUNTED = 64 << 20  # so far lines are counted to name one; beyond it the byte is told


@dataclass(frozen=True)
class Found:
    """The files that the paths mean, the empty ones set apart; `named` are the paths as they were given."""

    files: tuple[InputFile, ...]
    empty: tuple[InputFile, ...]
    named: tuple[str, ...]

    @cached_property
    def looked_at(self) -> tuple[InputFile, ...]:
        """The first file, the last one, and others evenly between them."""
        return spread(self.files, FILES)

    @property
    def octets(self) -> int:
        """The size of all files in bytes."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Stretch:
    """A part of a file that is read: bytes or row groups, as its reader splits it, and at most so many rows."""

    file: InputFile
    start: int
    end: int
    rows: int
    header: tuple[str, ...] = ()


def spread(all_: Sequence[T], limit: int) -> tuple[T, ...]:
    """At most `limit` of them: the first, the last, and others evenly between, in order."""
    if len(all_) <= limit:
        return tuple(all_)
    if limit == 1:
        return (all_[0],)
    return tuple(all_[index * (len(all_) - 1) // (limit - 1)] for index in range(limit))


def find(paths: Iterable[str]) -> Found:
    """The files behind the paths (files, folders, patterns, local or s3://), each once, sorted by name.

    Raises `ConfigError` SAMPLE_MISSING and SAMPLE_EMPTY, and `PlanError` with what the storage answers.
    """
    named, faults = list(paths), []
    files: dict[str, InputFile] = {}
    for path in named:
        found = _found(path)
        files.update({file.path: file for file in found})
        if not found:
            beside = store_of(path).beside(path)
            fix = did_you_mean(path.rstrip("/").rpartition("/")[2], beside) if beside else ""
            fix = fix if fix.startswith("did") else "check the path"
            faults.append(Fault("SAMPLE_MISSING", "there is no such file", path, fix))
    if faults:
        raise ConfigError(*faults)
    every = sorted(files.values(), key=lambda file: file.path)
    full = tuple(file for file in every if file.size)
    if not full:
        fix = "a contract is drafted from a header and at least one row"
        raise ConfigError(Fault("SAMPLE_EMPTY", "the file is empty", named[0], fix))
    return Found(full, tuple(file for file in every if not file.size), tuple(named))


def _found(path: str) -> list[InputFile]:
    scheme = path.partition("://")[0] if "://" in path else ""
    if scheme not in ("", "s3", "s3a"):
        problem = f"'{scheme}' is no storage that is read"
        raise ConfigError(Fault("UNSUPPORTED_PATH", problem, path, "use a local path or s3://bucket/key"))
    try:
        return store_of(path).find(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        fix = "name a file or a folder that you may read"
        raise ConfigError(Fault("SAMPLE_UNREADABLE", f"the path cannot be read: {reason}", path, fix)) from None


def byte_stretches(file: InputFile, start: int, row_bytes: float, rows: int, octets: int) -> list[tuple[int, int]]:
    """Ranges of a file that lines can be read from: all of it where the budget allows, else head, middle and tail."""
    size = file.size - start
    share = int(min(octets, max(rows * row_bytes, 4096)))
    if size <= share or size <= 65536:
        return [(start, file.size)]
    parts = min(PARTS, max(3, share >> 16))
    each = max(share // parts, 1)
    begins = [start + index * (size - each) // (parts - 1) for index in range(parts)]
    return [(begin, min(begin + each, file.size)) for begin in begins]


def line_before(file: InputFile, start: int) -> int | None:
    """The number of lines before the first one that a range from `start` on reads; None where counting is too dear."""
    if start > LINES_COUNTED or (file.store != LOCAL and start > 1 << 20):
        return None
    count, left, last = 0, start, b""
    with file.open() as stream:
        while left > 0 and (data := stream.read(min(left, 1 << 20))):
            count += data.count(b"\n")
            left -= len(data)
            last = data[-1:]
    return count if start == 0 or last == b"\n" else count + 1


def name_of(file: InputFile) -> str:
    """The file's own name, for evidence."""
    return Path(file.path).name
