"""Rows that meet those of the table by their keys: a join in steps, each bounded in memory and run by the engine.

scatter   the rows that come go into buckets by the hash of their key
match     the files of the table are searched for these keys; what is met goes into the same buckets
decide    a bucket at a time, the mode's policy says what is written and which rows of the table go
rest      of files that lose rows, the others are written again; files that lose none are left as they are
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.join.arrow_file import table_of
from mesh_etl.kernels.join.buckets import bits_for, of_bucket
from mesh_etl.kernels.join.decide import Decide, Policy, decide
from mesh_etl.kernels.join.key_set import KeySet, write_hashes, write_numbers
from mesh_etl.kernels.join.match import FILE, ROW, Match, match
from mesh_etl.kernels.join.rest import Rest, rest
from mesh_etl.kernels.join.scatter import Scatter, scatter
from mesh_etl.kernels.join.stored import StoredFile, StoredTable
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.run.answers.base import constants
from mesh_etl.run.joining import tombstones
from mesh_etl.run.joining.base import Joined, Joining
from mesh_etl.tables.entry import Changed

if TYPE_CHECKING:
    from mesh_etl.contract.types import Schema
    from mesh_etl.plan import Plan
    from mesh_etl.run.joining.tombstones import Graveyard
    from mesh_etl.tables.entry import DataFile, Tombstones

Results = list[dict[str, Any]]


class Ties(Exception):
    """Of `keys` keys no row is the latest."""

    def __init__(self, keys: int) -> None:
        super().__init__(f"{keys} keys")
        self.keys = keys


def joined_by_key(work: Joining, keys: Sequence[str], policy: Policy, graveyard: Graveyard | None = None) -> Joined:
    """What `policy` makes of the rows that come and of those of the table with the same `keys`.

    With a `graveyard`, tombstones of rows that were deleted are met as well, and new ones are kept with the commit.
    Raises `Ties` where the policy cannot tell which rows are the latest, and `RunError` KEY_NULL.
    """
    return _Join(work, tuple(keys), policy, graveyard).joined()


def stored_files(plan: Plan) -> list[StoredFile]:
    """The files of the table that the run begins with, numbered through in the order of its partitions."""
    keys = [(key.column, key.transform) for key in plan.partition_by]
    types = {column.name: column.type for column in plan.contract.schema}
    found = list[StoredFile]()
    for one in plan.head.partitions.values() if plan.head else ():
        held = {name: value.as_py() for name, value in constants(keys, types, one).items()}
        for file in one.files:
            found.append(StoredFile(len(found), plan.ledger.layout.path(file.path), one.values, held))
    return found


@dataclass(frozen=True)
class _Join:
    work: Joining
    keys: tuple[str, ...]
    policy: Policy
    graveyard: Graveyard | None

    def joined(self) -> Joined:
        scattered = self._map("read keys", scatter, [self._scatter(one) for one in self.work.manifests if one["spill"]])
        wanted = self._wanted(scattered)
        met = self._map("look for keys", match, [self._match(self.table, file, wanted) for file in self.files])
        graves = [self._match(yard, file, wanted) for yard, file in self._graves]
        buried = self._map("look for keys", match, graves) if graves else []
        decided = self._map("merge", decide, list(self._decisions(scattered, met, buried)))
        if ties := sum(one["ties"] for one in decided):
            raise Ties(ties)
        removed = self._removed(decided)
        rests = self._map("write again", rest, list(self._rests(removed)))
        counts = Counter[str]()
        for one in decided:
            counts.update(one["counts"])
        kept = sum(segment["rows"] for one in rests for segment in one["segments"])
        return Joined(
            [one for one in (*rests, *decided) if one["segments"]],
            frozenset(self._data[number].path for number in removed),
            Changed(**counts, kept=kept),
            self._tombstones(decided),
        )

    @cached_property
    def bits(self) -> int:
        """How many bits of a key's hash tell its bucket."""
        return bits_for(sum(one["bytes"] for manifest in self.work.manifests for one in manifest["segments"]))

    @cached_property
    def table(self) -> StoredTable:
        """How the files of the table are read."""
        return StoredTable(self.work.plan.ledger.storage, self.work.plan.stored)

    @cached_property
    def _data(self) -> list[DataFile]:
        head = self.work.plan.head
        return [file for one in head.partitions.values() for file in one.files] if head else []

    @cached_property
    def files(self) -> list[StoredFile]:
        """The files of the table, numbered as in `_data`."""
        return stored_files(self.work.plan)

    @property
    def _graves(self) -> list[tuple[StoredTable, StoredFile]]:
        if self.graveyard is None:
            return []
        plan = self.work.plan
        table = StoredTable(plan.ledger.storage, self._buried_schema)
        paths = [plan.ledger.layout.path(one.path) for one in tombstones.standing(plan, self.graveyard)]
        return [(table, StoredFile(number, path, (), {})) for number, path in enumerate(paths)]

    @cached_property
    def _buried_schema(self) -> Schema:
        names = (*self.keys, *(self.graveyard.order if self.graveyard else ()))
        types = {column.name: column for column in self.work.plan.stored}
        return tuple(types[name] for name in dict.fromkeys(names))

    def _scatter(self, manifest: Mapping[str, Any]) -> Scatter:
        batches = tuple(segment["batch"] for segment in manifest["segments"])
        return Scatter(((manifest["spill"], batches),), self.keys, self.bits, self.work.scratch)

    def _wanted(self, scattered: Results) -> KeySet:
        hashes = write_hashes([one["hashes"] for one in scattered], self.bits, self.work.scratch)
        return KeySet(hashes, tuple(one["ranges"] for one in scattered if one["ranges"]), self.work.scratch)

    def _match(self, table: StoredTable, file: StoredFile, wanted: KeySet) -> Match:
        return Match(table, file, self.keys, wanted, self.bits, self.work.scratch)

    def _decisions(self, scattered: Results, met: Results, buried: Results) -> Iterator[Decide]:
        plan = self.work.plan
        placed = [pa.field(FILE, pa.int64()), pa.field(ROW, pa.int64())]
        stones = arrow_schema(self._buried_schema)
        schemas = (
            arrow_schema(plan.spilled),
            pa.schema([*arrow_schema(plan.stored), *placed]),
            pa.schema([*stones, *placed]),
        )
        for bucket in range(1 << self.bits):
            if pieces := of_bucket(scattered, bucket):
                both = (of_bucket(met, bucket), of_bucket(buried, bucket))
                yield Decide(self.policy, pieces, *both, schemas, plan.partition_by, self.work.scratch)

    def _removed(self, decided: Results) -> dict[int, np.ndarray]:
        """The places of the rows that go, sorted, by the number of their file."""
        tables = [table_of(self.work.scratch, one["removed"]) for one in decided if one["removed"]]
        if not tables:
            return {}
        together = pa.concat_tables(tables)
        files, rows = together.column(FILE).to_numpy(), together.column(ROW).to_numpy()
        order = np.lexsort((rows, files))
        numbers, starts = np.unique(files[order], return_index=True)
        return dict(zip(numbers.tolist(), np.split(rows[order], starts[1:]), strict=True))

    def _rests(self, removed: Mapping[int, np.ndarray]) -> Iterator[Rest]:
        for number, rows in removed.items():
            if len(rows) < self._data[number].rows:
                path = write_numbers(rows, self.work.scratch, "removed")
                yield Rest(self.table, self.files[number], path, self.work.scratch)

    def _tombstones(self, decided: Results) -> tuple[Tombstones, ...] | None:
        buried = [one["buried"] for one in decided if one["buried"]]
        if self.graveyard is None or not buried:
            return None
        rows = pa.concat_tables(table_of(self.work.scratch, one) for one in buried)
        return tombstones.kept(self.work.plan, self.graveyard, self.work.txn, rows)

    def _map(self, phase: str, kernel: Any, jobs: Sequence[Any]) -> Results:
        if not jobs:
            return []
        self.work.progress.phase(phase, len(jobs))
        return self.work.engine.map(kernel, jobs, lambda _: self.work.progress.advance())
