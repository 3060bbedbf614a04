"""What is known of files that a join has written: the rows that came tell little, so the files are read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.dataset import Measure
from mesh_etl.run.answers.unique import hash_file, key_types, stored_files
from mesh_etl.run.states import count_broken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.storage import Scratch
    from mesh_etl.tables.entry import Partition

Manifest = dict[str, Any]


def scanned(plan: Plan, engine: Engine, staged: Sequence[Partition], scratch: Scratch) -> list[Manifest]:
    """Manifests as of tasks that had written the staged files: rows that break measured rules, and hashes of keys."""
    return [{"marks": _marks(plan, engine, staged), "keys": _keys(plan, engine, staged, scratch)}]


def _marks(plan: Plan, engine: Engine, staged: Sequence[Partition]) -> list[dict[str, Any]]:
    from mesh_etl.kernels.stored.written import WrittenReader
    from mesh_etl.kernels.work import WorkItem

    measured = {rule.counts for rule in plan.checks.dataset if isinstance(rule, Measure)}
    rules = [rule for rule in plan.checks.row if rule.id in measured]
    reader, ledger = WrittenReader(plan.contract.schema), plan.ledger
    work = []
    for one in staged if rules else ():
        constants = tuple((key.name, value) for key, value in zip(plan.partition_by, one.values, strict=True))
        for file in one.files:
            pinned = ledger.storage.file(ledger.layout.path(file.path), file.bytes, constants)
            work += [(one.values, WorkItem(0, "staged", pinned, *ends)) for ends in reader.split(pinned)]
    counts = engine.map(partial(count_broken, reader), [(rules, item) for _, item in work])
    return [{"values": list(values), "rules": found} for (values, _), found in zip(work, counts, strict=True)]


def _keys(plan: Plan, engine: Engine, staged: Sequence[Partition], scratch: Scratch) -> dict[str, list[str]]:
    found = {}
    for rule in plan.checks.unique:
        work = partial(hash_file, key_types(plan, rule.columns), scratch)
        found[rule.id] = [one["keys"] for one in engine.map(work, stored_files(plan, staged))]
    return found
