"""The first rows of a job's inputs, so that its steps can be looked at without reading all there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mesh_etl.cli.wording import count
from mesh_etl.contract.types import Schema, ddl
from mesh_etl.errors import RunError
from mesh_etl.kernels.work import Parsed, WorkItem
from mesh_etl.run.engines import faults
from mesh_etl.transforms.trace import ROW, ROW_TYPE

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from mesh_etl.run.engines import Engine
    from mesh_etl.sources import Opened

LOOKED_UP = 20_000  # rows of an input that others look into: with fewer, a join would find nothing
MOST = 100_000  # rows, whatever is asked for: they travel to the engine inside of the query
MOST_BYTES = 32 << 20  # and their size in memory


@dataclass
class Sample:
    """The first typed rows of an input, how many records they are of, and why others of these were refused.

    `of` is the number of its files, 0 for an input that is fetched when a job runs.
    """

    name: str
    schema: Schema
    batches: list[pa.RecordBatch] = field(default_factory=list, repr=False)
    rows: int = 0
    bytes: int = 0
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    files: int = 0
    of: int = 0
    whole: bool = True

    def frame(self, engine: Engine) -> DataFrame:
        """The rows as a frame of the engine, each with its origin."""
        held = tuple(self.batches)
        work = [0] if held else []
        return engine.frame(partial(_given, held), work, f"{ddl(self.schema)}, {ROW} {ROW_TYPE}")

    def told(self) -> str:
        """What was read, in words."""
        if not self.of:
            return f"all {count(self.read, 'row')}" if self.whole else f"the first {self.read:,} rows; a run reads all"
        files = count(self.of, "file")
        if self.whole:
            return f"all {count(self.read, 'row')} of {files}"
        return f"the first {self.read:,} rows, from {self.files:,} of {files}; a run reads all"


def sample(name: str, opened: Opened, most: int, secret: Callable[[str], str]) -> Sample:
    """The first `most` rows of the input, up to `MOST` and `MOST_BYTES`; no more of it is read than that takes.

    They are read by this process, whatever the engine is; `secret` tells what databases and services want to know. What
    these give is in files of their own meanwhile, and gone afterwards. Raises `RunError` for what cannot be read.
    """
    if not opened.fetches:
        return _sampled(name, opened, min(most, MOST))
    with TemporaryDirectory(prefix="mesh-preview-") as folder:
        landed, whole = _landed(opened, folder, min(most, MOST), secret)
        found = _sampled(name, landed, min(most, MOST))
    return replace(found, of=0, whole=found.whole and whole)


def _landed(opened: Opened, folder: str, most: int, secret: Callable[[str], str]) -> tuple[Opened, bool]:
    """The input with the first records of what it fetches in files, and whether they are all."""
    secrets = {name: secret(name) for name in opened.secrets}
    parts = [fetch.land_first(folder, secrets, most) for fetch in opened.fetches]
    files = tuple(file for found, _ in parts for file in found)
    return replace(opened, files=files, fetches=()), all(whole for _, whole in parts)


def _sampled(name: str, opened: Opened, most: int) -> Sample:
    """The first `most` rows of the files."""
    found = Sample(name, opened.reader.schema, of=len(opened.files))
    try:
        for item in _items(name, opened):
            if found.rows >= most:
                found.whole = False
                return found
            found.files += item.start == 0
            for parsed in opened.reader.parse(item):
                _take(found, parsed, item, most)
                if not found.whole:
                    return found
    except OSError as error:
        raise RunError(faults.of_system(error)) from None
    return found


def _items(name: str, opened: Opened) -> Iterator[WorkItem]:
    """The pieces of the files in order; a file is cut only when its turn comes."""
    number = 0
    for file in opened.files:
        for start, end in opened.reader.split(file):
            yield WorkItem(number, name, file, start, end, opened.headers.get(file.path, ()))
            number += 1


def _take(found: Sample, parsed: Parsed, item: WorkItem, most: int) -> None:
    """The records join the sample, the last of them only as far as there is room."""
    import pyarrow as pa

    room, rejects, read = most - found.rows, parsed.rejects, parsed.read
    taken = parsed.batch.num_rows
    if taken > room:
        found.whole, taken = False, room
        last = int(parsed.records[taken - 1]) if taken else -1
        rejects = [one for one in rejects if one.record <= last]
        read = taken + len(rejects)
    origin = pa.StructArray.from_arrays(
        [pa.array([item.number] * taken, pa.int32()), pa.array(parsed.records[:taken], pa.int64())], ["item", "record"]
    )
    if taken:
        found.batches.append(parsed.batch.slice(0, taken).append_column(ROW, origin))
        found.bytes += found.batches[-1].nbytes
    for one in rejects:
        found.refused.update({f"{why.column}.{why.rule}" if why.column else why.rule for why in one.violations})
    found.rows += taken
    found.read += read
    found.whole &= found.bytes <= MOST_BYTES


def _given(held: tuple[pa.RecordBatch, ...], _: int) -> Iterator[pa.RecordBatch]:
    yield from held
