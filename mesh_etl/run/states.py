"""The states of a run: of what it has staged, and of what stays in the table beside it.

What earlier commits have kept answers a rule about the whole table without reading the table. Where a commit has kept
nothing for a rule, because the rule is new or another one now, the files are read once, and what is found is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import Rule
from mesh_etl.checks.dataset import Measure
from mesh_etl.checks.history import HistoryRule
from mesh_etl.contract.classified import told
from mesh_etl.kernels.write.states import ColumnState, Kept, TableStates
from mesh_etl.run.key_states import kept_keys, key_digest, may_be_kept
from mesh_etl.tables.entry import DataFile, Partition
from mesh_etl.tables.history import Values
from mesh_etl.tables.states import CommitStates, Metrics, Part, staged_column, write

if TYPE_CHECKING:
    import numpy as np

    from mesh_etl.checks.dataset import Unique
    from mesh_etl.kernels.stored.written import WrittenReader
    from mesh_etl.kernels.work import WorkItem
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.storage import Scratch
    from mesh_etl.tables.history import TableFile

Encoded = tuple[Values, str]  # a partition, and the file with the states of its columns


def kept_columns(plan: Plan) -> tuple[Kept, ...]:
    """What the states of the columns hold: values of those that may be told, sketches of those that are asked for."""
    asked = plan.job.job.checks.sketches
    wanted = {rule.column for rule in plan.checks.dataset if isinstance(rule, HistoryRule) and rule.sketches}
    names = {one.stored_name for one in plan.contract.columns} if asked == "all" else {*asked, *wanted}
    open_ = {one.stored_name for one in plan.contract.columns if told(one)}
    return tuple(Kept(one.name, one.name in open_, one.name in names) for one in plan.contract.schema)


@dataclass(frozen=True)
class States:
    """What is known of the rows of a run and of those that stay.

    `encoded` are the files with the states of the staged columns, by partition; `kept` are the partitions that stay.
    """

    plan: Plan
    engine: Engine
    manifests: Sequence[Mapping[str, Any]]
    encoded: Sequence[Encoded]
    kept: Sequence[Partition]
    scratch: Scratch
    scanned: dict[tuple[Part, str], int] = field(default_factory=dict)

    @cached_property
    def metrics(self) -> Metrics:
        """What the commits up to the table's head have kept."""
        return Metrics(self.plan.ledger, self.plan.head.seq if self.plan.head else 0)

    @cached_property
    def standing(self) -> dict[Part, list[TableFile]]:
        """The parts of the table that stay, with their files that do."""
        paths = {file.path for partition in self.kept for file in partition.files}
        found: dict[Part, list[TableFile]] = {}
        for part, files in self.metrics.parts().items() if paths else ():
            if stay := [file for file in files if file.path in paths]:
                found[part._replace(whole=part.whole and len(stay) == len(files))] = stay
        return found

    def staged(self, column: str) -> ColumnState:
        """The state of a column over the rows that the run has written."""
        return staged_column(column, [path for _, path in self.encoded], self.scratch)

    def whole(self, column: str) -> ColumnState | None:
        """The state of a column over the table as it will be; None where a commit has kept none of it."""
        state = self.metrics.column(column, [part for part in self.standing if part.whole])
        if state is not None:
            state.merge(self._of_remnants(column))
            state.merge(self.staged(column))
        return state

    def marked(self) -> Counter[str]:
        """How many of the rows that the run has written break each rule that is counted, by the rule's id."""
        found: Counter[str] = Counter()
        for one in (mark for manifest in self.manifests for mark in manifest["marks"]):
            found.update(one["rules"])
        return found

    def broken(self, names: Sequence[str]) -> Counter[str]:
        """How many of the rows that stay break each of these row rules, by the rule's id."""
        found: Counter[str] = Counter()
        missing: dict[Part, list[Rule]] = {}
        for rule in self._rules(names) if self.standing else ():
            known = self.metrics.broken(digest(rule, self.plan))
            for part in self.standing:
                if part in known:
                    found[rule.id] += known[part]
                else:
                    missing.setdefault(part, []).append(rule)
        for part, rules, counts in self._scanned(missing):
            for rule in rules:
                found[rule.id] += counts[rule.id]
                if part.whole:
                    self.scanned[part, digest(rule, self.plan)] = counts[rule.id]
        return found

    def write(self, txn: str, staged: Sequence[Partition]) -> str:
        """What this run knows is kept for later runs; returns the folder, below the table's root."""
        rules = self._rules([rule.counts for rule in self.plan.checks.dataset if isinstance(rule, Measure)])
        counts = dict(self.scanned)
        for rule in rules:
            name = digest(rule, self.plan)
            counts |= {(Part(txn, partition.values), name): 0 for partition in staged}
            for one in (mark for manifest in self.manifests for mark in manifest["marks"]):
                counts[Part(txn, tuple(one["values"])), name] += one["rules"].get(rule.id, 0)
        layout = self.plan.ledger.layout
        keys = kept_keys(self.plan, self.engine, self.manifests, staged, self.scratch)
        kept = CommitStates(self.encoded, counts, list(keys))
        write(self.plan.ledger.storage, layout.metrics(txn), kept, self.scratch)
        return layout.relative(layout.metrics(txn))

    def digests(self, rule: Unique) -> tuple[list[np.ndarray], list[Partition]]:
        """Sorted runs of the hashes of the keys that stay, and the files of which no commit has kept any."""
        known = self.metrics.digests(key_digest(rule, self.plan)) if may_be_kept(rule, self.plan) else {}
        runs = [run for part in self.standing for run in known.get(part, ())]
        unknown = {part: files for part, files in self.standing.items() if part not in known}
        return runs, [_partition(part, files) for part, files in unknown.items()]

    def _of_remnants(self, column: str) -> ColumnState:
        """The state of a column over what is left of parts that have lost files, which are read for it."""
        from mesh_etl.kernels.stored.written import WrittenReader

        kept = tuple(one for one in kept_columns(self.plan) if one.column == column)
        reader = WrittenReader(tuple(one for one in self.plan.contract.schema if one.name == column))
        files = [file for part, some in self.standing.items() if not part.whole for file in some]
        work = [item for file in files for item in self._items(reader, file)]
        found = self.engine.map(partial(column_states, reader, kept, self.scratch), work)
        return staged_column(column, [one["states"] for one in found], self.scratch)

    def _rules(self, names: Sequence[str]) -> list[Rule]:
        wanted = set(names)
        return [rule for rule in self.plan.checks.row if rule.id in wanted]

    def _scanned(self, missing: Mapping[Part, list[Rule]]) -> Iterator[tuple[Part, list[Rule], Counter[str]]]:
        from mesh_etl.kernels.stored.written import WrittenReader

        reader = WrittenReader(self.plan.contract.schema)
        work: list[tuple[Part, list[Rule], WorkItem]] = []
        for part, rules in missing.items():
            for file in self.standing[part]:
                work += [(part, rules, item) for item in self._items(reader, file)]
        results = self.engine.map(partial(count_broken, reader), [(rules, item) for _, rules, item in work])
        found = {part: Counter[str]() for part in missing}
        for (part, _, _), counts in zip(work, results, strict=True):
            found[part].update(counts)
        yield from ((part, rules, found[part]) for part, rules in missing.items())

    def _items(self, reader: WrittenReader, file: TableFile) -> Iterator[WorkItem]:
        from mesh_etl.kernels.work import WorkItem

        keys = self.plan.partition_by
        constants = tuple((key.name, value) for key, value in zip(keys, file.values, strict=True))
        ledger = self.plan.ledger
        pinned = ledger.storage.file(ledger.layout.path(file.path), file.bytes, constants)
        yield from (WorkItem(0, "staged", pinned, start, end) for start, end in reader.split(pinned))


def _partition(part: Part, files: Sequence[TableFile]) -> Partition:
    return Partition(
        values=part.values, folder="", files=tuple(DataFile(path=one.path, rows=0, bytes=one.bytes) for one in files)
    )


def count_broken(reader: WrittenReader, work: tuple[Sequence[Rule], WorkItem]) -> dict[str, int]:
    """How many rows of a stored file break each rule."""
    import pyarrow.compute as pc

    rules, item = work
    found: Counter[str] = Counter()
    for parsed in reader.parse(item):
        for rule in rules:
            mask = rule.broken(parsed.batch)
            found[rule.id] += pc.sum(mask).as_py() or 0 if mask is not None else 0
    return dict(found)


def column_states(reader: WrittenReader, kept: tuple[Kept, ...], scratch: Scratch, item: WorkItem) -> dict[str, str]:
    """The states of columns over a stored file are in a file of `scratch`."""
    import pyarrow as pa

    states = TableStates(kept)
    for parsed in reader.parse(item):
        states.add(pa.Table.from_batches([parsed.batch]))
    return {"states": states.write(scratch)}


def digest(rule: Rule, plan: Plan) -> str:
    """A name for what the rule tests: the same for the same test of columns of the same types."""
    root = re.split(r"[.\[{]", rule.column)[0]
    types = [f"{one.name} {one.type.ddl()}" for one in plan.contract.schema if not root or one.name == root]
    return hashlib.sha256(repr((_nameless(rule), types)).encode()).hexdigest()[:32]


def _nameless(rule: Rule) -> Rule:
    inner = {one.name: _nameless(getattr(rule, one.name)) for one in fields(rule) if _is_rule(rule, one.name)}
    return replace(rule, id="", rejects=False, **inner)  # type: ignore[arg-type]


def _is_rule(rule: Rule, name: str) -> bool:
    return isinstance(getattr(rule, name), Rule)
