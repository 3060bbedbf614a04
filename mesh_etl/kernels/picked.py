"""Some records of a file, read as they were the first time: the other ones are parsed and passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.work import Parsed, Place, Reader, WorkItem
from mesh_etl.stores import InputFile


@dataclass(frozen=True)
class Picked:
    """A reader of the records in `wanted`, which names them by their file, the start of their item, and their number.

    Items without such a record are not read. Records keep their numbers.
    """

    inner: Reader
    wanted: Mapping[tuple[str, int], tuple[int, ...]]

    @property
    def schema(self) -> Schema:
        return self.inner.schema

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        return [(start, end) for start, end in self.inner.split(file) if (file.path, start) in self.wanted]

    def first_line(self, item: WorkItem) -> int:
        return self.inner.first_line(item)

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        return self.inner.locate(item, records)

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        wanted, base = np.array(sorted(self.wanted[item.file.path, item.start])), 0
        for parsed in self.inner.parse(item):
            here = wanted[(wanted >= base) & (wanted < base + parsed.read)]
            base += parsed.read
            yield _only(parsed, here)


def _only(parsed: Parsed, wanted: np.ndarray) -> Parsed:
    """The wanted records of the run; they are counted by what was asked for, not by what was found."""
    keep = np.isin(parsed.records, wanted)
    rows = np.flatnonzero(keep)
    numbers = set(wanted.tolist())

    def locate(chosen: Sequence[int]) -> list[Place]:
        return parsed.locate([int(rows[one]) for one in chosen])

    return replace(
        parsed,
        batch=parsed.batch.filter(pa.array(keep)),
        records=parsed.records[keep],
        rejects=[one for one in parsed.rejects if one.record in numbers],
        read=len(wanted),
        locate=locate,
        ignored=0,
        comments=0,
    )
