"""Files registered as they are: a row of facts for each, whatever it holds.

The files are read for their checksums and kinds, in bounded memory, and neither copied nor parsed. What is counted as
read is the listing: one record for each file that was found. Codes: CONTROL_CHAR, for names that nobody can see.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.contract.types import DataType, Map, Schema, Simple
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.objects.media_types import HEAD_BYTES, media_type
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.values.characters import unfit
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.work import Parsed, Place, Reject, Share, Violation, WorkItem
from mesh_etl.stores import InputFile

READ_BYTES = 1 << 20
BATCH_FILES = 1000
FACTS: Mapping[str, DataType] = {
    "path": Simple("string"),
    "name": Simple("string"),
    "size": Simple("bigint"),
    "content_type": Simple("string"),
    "sha256": Simple("string"),
    "modified": Simple("timestamp"),
    "metadata": Map(Simple("string"), Simple("string")),
}
_NAMES = TextRules(nfc=False)  # a name in another normal form is still the only one that opens the file


@dataclass(frozen=True)
class ObjectsReader:
    """A reader that makes one row of each file; `names` maps a column of the schema to one of `FACTS`.

    `sha256` is in lower-case hexadecimal; `modified` is cut off at microseconds; `metadata` is what the storage keeps
    with the file, NULL where it keeps none.
    """

    schema: Schema
    names: dict[str, str] = field(default_factory=dict)

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        return [(0, file.size)]

    def first_line(self, item: WorkItem) -> int:
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        yield from self.bundles([item])

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        return [_place(item.file) for _ in records]

    def bundles(self, items: Sequence[WorkItem]) -> Iterator[Parsed]:
        """One row for each item, some at a time."""
        for first in range(0, len(items), BATCH_FILES):
            yield self._rows(items[first : first + BATCH_FILES])

    def _rows(self, items: Sequence[WorkItem]) -> Parsed:
        wanted = [self.names.get(column.name, column.name) for column in self.schema]
        cells: list[list[Any]] = [[] for _ in wanted]
        kept, rejects, shares = [], [], []
        for item in items:
            facts = _facts(item.file, wanted)
            hidden = [Violation(code, column.name) for column, code in self._unfit(facts)]
            shares.append(Share(item.number, int(not hidden), int(bool(hidden)), 1, 1))
            if hidden:
                rejects.append(Reject(0, _place(item.file), tuple(hidden)))
                continue
            kept.append(item.file)
            for column, fact in zip(cells, wanted, strict=True):
                column.append(facts[fact])
        schema = arrow_schema(self.schema)
        arrays = [pa.array(column, target.type) for column, target in zip(cells, schema, strict=True)]

        def locate(rows: Sequence[int]) -> list[Place]:
            return [_place(kept[row]) for row in rows]

        batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
        records = np.zeros(len(kept), np.int64)
        return Parsed(batch, records, rejects, len(items), len(items), locate, shares=tuple(shares))

    def _unfit(self, facts: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
        for column in self.schema:
            fact = facts[self.names.get(column.name, column.name)]
            texts = [text for pair in fact for text in pair] if isinstance(fact, tuple) else [fact]
            codes = (unfit(text, _NAMES) for text in texts if isinstance(text, str))
            code = next(filter(None, codes), None)
            if code:
                yield column, code


def _facts(file: InputFile, wanted: Sequence[str]) -> dict[str, Any]:
    """The wanted facts of a file; only what costs nothing is found out without being asked for."""
    name = file.path.rpartition("/")[2]
    facts: dict[str, Any] = {"path": file.path, "name": name, "size": file.size}
    if "sha256" in wanted or "content_type" in wanted:
        head, facts["sha256"] = _read(file, whole="sha256" in wanted)
        facts["content_type"] = media_type(head, name)
    if "modified" in wanted or "metadata" in wanted:
        noted = file.store.noted(file)
        facts["modified"], facts["metadata"] = noted.modified, noted.metadata or None
    return facts


def _read(file: InputFile, whole: bool) -> tuple[bytes, str]:
    """The file's first bytes and the digest of all of them. Raises `RunError` INPUT_CHANGED."""
    digest, size = hashlib.sha256(), 0
    with file.open() as stream:
        head = stream.read(HEAD_BYTES)
        if not whole:
            return head, ""
        piece = head
        while piece:
            digest.update(piece)
            size += len(piece)
            piece = stream.read(READ_BYTES)
    if size != file.size:
        problem, fix = "the file has changed while it was read", "run again once it is complete"
        raise RunError(Fault("INPUT_CHANGED", problem, file.path, fix), retryable=True)
    return head, digest.hexdigest()


def _place(file: InputFile) -> Place:
    return Place(1, json.dumps({"path": file.path, "size": file.size}))
