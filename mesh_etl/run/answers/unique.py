"""Whether keys are unique in the table as it will be: the staged rows and those that stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import Unique
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.write.hashing import is_exact
from mesh_etl.kernels.write.unique import file_hashes, keys_with, repeated_hashes
from mesh_etl.run.answers.base import Audit, compared, files, share

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.plan import Plan
    from mesh_etl.run.answers.base import StoredFile
    from mesh_etl.storage import Scratch
    from mesh_etl.tables.entry import Partition

    Key = Mapping[str, pa.DataType]


@dataclass(frozen=True)
class Repeats:
    """The rows that repeat a key; each of them has one of the `suspects`, the hashes of `columns`."""

    rows: int
    columns: tuple[str, ...]
    suspects: np.ndarray


def answered(rules: Sequence[Unique], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule, by the number or the share of rows that repeat a key.

    Smaller keys come first: rows that repeat a key repeat each smaller one, so that they are looked for among those.
    """
    found: dict[frozenset[str], Repeats] = {}
    for rule in sorted(rules, key=lambda one: len(set(one.columns))):
        key = frozenset(rule.columns)
        if key not in found:
            smaller = [one for columns, one in found.items() if columns <= key]
            found[key] = _repeats(rule, audit, min(smaller, key=lambda one: one.rows, default=None))
        rows = found[key].rows
        yield compared(rule, rule.comparison, share(rows, audit.rows) if rule.percent else rows, rows)


def _repeats(rule: Unique, audit: Audit, smaller: Repeats | None) -> Repeats:
    """How many rows repeat a key that another row has; rows with a NULL in the key do not count."""
    key = key_types(audit.plan, rule.columns)
    if smaller is None:
        columns = rule.columns
        suspects, surplus = _suspects(rule, audit, key)
        if is_exact(list(key.values())):
            return Repeats(surplus, columns, suspects)
    else:
        columns, suspects = smaller.columns, smaller.suspects
    if not len(suspects) or (smaller is not None and not smaller.rows):
        return Repeats(0, columns, suspects)
    found: Counter[str] = Counter()
    stored = stored_files(audit.plan, [*audit.staged, *audit.kept])
    for one in audit.engine.map(partial(count_keys, key, columns, suspects), stored):
        found.update(one)
    return Repeats(sum(rows - 1 for rows in found.values()), columns, suspects)


def _suspects(rule: Unique, audit: Audit, key: Key) -> tuple[np.ndarray, int]:
    """The hashes that rows share, of those that were staged and those that stay, and how many rows are too many."""
    new, old = stored_files(audit.plan, audit.staged), stored_files(audit.plan, audit.kept)
    if any(rule.id == one.id for one in audit.plan.checks.unique):
        paths = [path for manifest in audit.manifests for path in manifest["keys"].get(rule.id, ())]
    else:  # the write has kept hashes of a smaller key only
        paths = _hashes(audit, key, new)
    runs: list[np.ndarray] = []
    if old and paths:
        runs, unknown = audit.states.digests(rule)
        paths += _hashes(audit, key, stored_files(audit.plan, unknown))
    return repeated_hashes(paths, runs, audit.scratch.storage)


def _hashes(audit: Audit, key: Key, files: Sequence[StoredFile]) -> list[str]:
    return [one["keys"] for one in audit.engine.map(partial(hash_file, key, audit.scratch), files)]


def key_types(plan: Plan, columns: Sequence[str]) -> Key:
    """The columns of a key with the types that the table has now."""
    types = {column.name: column.type for column in plan.contract.schema}
    return {name: arrow(types[name]) for name in columns}


def stored_files(plan: Plan, partitions: Sequence[Partition]) -> list[StoredFile]:
    """The files of the partitions, each with the columns that its path spells."""
    types = {column.name: column.type for column in plan.contract.schema}
    keys = [(key.column, key.transform) for key in plan.partition_by]
    return files(plan.ledger, partitions, keys, types)


def hash_file(columns: Key, scratch: Scratch, file: StoredFile) -> dict[str, Any]:
    """The sorted hashes of a stored file's keys, in a file beside those of the run."""
    path = scratch.path("keys")
    with scratch.writing(path) as local:
        Path(local).write_bytes(file_hashes(file[0], columns, file[1]).data)  # numpy's tofile hides why it fails
    return {"keys": path}


def count_keys(columns: Key, part: tuple[str, ...], suspects: np.ndarray, file: StoredFile) -> dict[str, int]:
    """How often each suspect key is in a file; the `suspects` are hashes of a part of the key."""
    return dict(keys_with(file[0], columns, file[1], suspects, part))
