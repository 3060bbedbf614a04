"""The commit of a compaction: new files in the place of old ones, wherever all of these still stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.kernels.write.partition import path as partition_path
from mesh_etl.storage import each
from mesh_etl.tables.entry import DataFile, Merged, Partition
from mesh_etl.tables.restated import restated
from mesh_etl.tables.states import Metrics, Part, write
from mesh_etl.upkeep.commit import following

if TYPE_CHECKING:
    from mesh_etl.storage import Scratch
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.history import Values
    from mesh_etl.tables.ledger import Ledger, Snapshot


@dataclass(frozen=True)
class Replacement:
    """A new file of a partition, and the names of the files whose rows it holds."""

    values: Values
    file: DataFile
    of: frozenset[str]

    def fits(self, partition: Partition | None) -> bool:
        """Whether all the old files are in the partition, wherever they lie by now."""
        return partition is not None and self.of <= {file.name for file in partition.files}


@dataclass
class Swap:
    """What is to be committed under a transaction; `made` is what the entry that was prepared last does of it."""

    ledger: Ledger
    scratch: Scratch
    txn: str
    replacements: Sequence[Replacement]
    made: list[Replacement] = field(default_factory=list)

    def prepare(self, head: Snapshot) -> Entry | None:
        """The entry after the head, with everything that it names in the storage; None where no file can be replaced.

        A rival that adds rows to a partition leaves its files, which are replaced then as if it had come before. Where
        it took a file away, its work stands and that of the compaction is given up.
        """
        self.made = [one for one in self.replacements if one.fits(head.partitions.get(one.values))]
        for values in {one.values for one in self.replacements} - {one.values for one in self.made}:
            self.ledger.storage.remove(self._folder(head, values))
        if not self.made:
            return None
        partitions = tuple(self._partitions(head))
        merged = tuple(Merged(path=one.file.path, of=tuple(sorted(one.of))) for one in self.made)
        metrics = self._states(head)
        return following(head, "compact", txn=self.txn, partitions=partitions, merged=merged, metrics=metrics)

    def _partitions(self, head: Snapshot) -> Iterator[Partition]:
        """The partitions with the new files, and the files that stay carried beside them into the same folder."""
        layout, storage = self.ledger.layout, self.ledger.storage
        for values in dict.fromkeys(one.values for one in self.made):
            mine = [one for one in self.made if one.values == values]
            old = set().union(*(one.of for one in mine))
            stay = [file for file in head.partitions[values].files if file.name not in old]
            if not self.ledger.one_folder:
                yield head.partitions[values].model_copy(update={"files": (*stay, *(one.file for one in mine))})
                continue
            folder = self._folder(head, values)
            present = set(storage.names(folder))
            carried = each(storage, partial(self._carried, folder, present), stay)
            files = (*carried, *(one.file for one in mine))
            for name in present - {file.name for file in files}:  # of a head before this one
                storage.remove(f"{folder}/{name}")
            yield Partition(values=values, folder=layout.relative(folder), files=files)

    def _carried(self, folder: str, present: Collection[str], file: DataFile) -> DataFile:
        layout, target = self.ledger.layout, f"{folder}/{file.name}"
        if file.name not in present:
            self.ledger.storage.carry(layout.path(file.path), target)
        return file.model_copy(update={"path": layout.relative(target)})

    def _folder(self, head: Snapshot, values: Values) -> str:
        return self.ledger.layout.data(self.txn, partition_path(keys_of(head), values))

    def _states(self, head: Snapshot) -> str:
        """The states of the parts that lose files are merged; returns the folder, below the table's root."""
        layout, metrics = self.ledger.layout, Metrics(self.ledger, head.seq)
        old = {name for one in self.made for name in one.of}
        parts: dict[Values, set[Part]] = {}
        for part, files in metrics.parts().items():
            if not old.isdisjoint(file.name for file in files):
                parts.setdefault(part.values, set()).add(part)
        folder = layout.metrics(self.txn)
        kept = restated(metrics, self.txn, parts, self.scratch)
        self.ledger.storage.remove(folder)  # of a head before this one
        write(self.ledger.storage, folder, kept, self.scratch)
        return layout.relative(folder)


def keys_of(head: Snapshot) -> tuple[PartitionKey, ...]:
    """The partition keys of the table."""
    return tuple(PartitionKey(one.name, one.column, one.transform) for one in head.entry.partition_by)
