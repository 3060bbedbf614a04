"""Whether keys are unique in the table as it will be: the staged rows and those that stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import Unique
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.stored.parquet import constant
from mesh_etl.kernels.write.unique import file_hashes, keys_with, repeated_hashes
from mesh_etl.run.answers.base import Audit, compared, share

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.plan import Plan
    from mesh_etl.tables.entry import Partition

    Key = Mapping[str, pa.DataType]
    StoredFile = tuple[str, dict[str, pa.Scalar]]  # the path, and the columns that the path spells


def answered(rules: Sequence[Unique], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule, by the number or the share of rows that repeat a key."""
    for rule in rules:
        rows = _surplus(rule, audit)
        yield compared(rule, rule.comparison, share(rows, audit.rows) if rule.percent else rows, rows)


def _surplus(rule: Unique, audit: Audit) -> int:
    """How many rows repeat a key that another row has; rows with a NULL in the key do not count."""
    plan, engine = audit.plan, audit.engine
    paths = [path for manifest in audit.manifests for path in manifest["keys"].get(rule.id, ())]
    folder = plan.ledger.layout.root
    types = {column.name: column.type for column in plan.contract.schema}
    key = {name: arrow(types[name]) for name in rule.columns}
    old = [(str(Path(folder) / file.path), _constants(plan, part)) for part in audit.kept for file in part.files]
    if old and paths:
        spill = str(Path(paths[0]).parent)
        paths += [one["keys"] for one in engine.map(partial(hash_file, key, spill), old)]
    suspects = repeated_hashes(paths)
    if not len(suspects):
        return 0
    new = [(str(Path(folder) / file.path), _constants(plan, part)) for part in audit.staged for file in part.files]
    found: Counter[str] = Counter()
    for one in engine.map(partial(count_keys, key, suspects), [*new, *old]):
        found.update(one)
    return sum(rows - 1 for rows in found.values())


def hash_file(columns: Key, folder: str, file: StoredFile) -> dict[str, Any]:
    """The sorted hashes of a stored file's keys, in a file beside those of the run."""
    import uuid

    path = str(Path(folder) / f"{uuid.uuid4().hex}.keys")
    Path(path).write_bytes(file_hashes(file[0], columns, file[1]).data)  # numpy's tofile hides why it fails
    return {"keys": path}


def count_keys(columns: Key, suspects: np.ndarray, file: StoredFile) -> dict[str, int]:
    """How often each suspect key is in a file."""
    return dict(keys_with(file[0], columns, file[1], suspects))


def _constants(plan: Plan, partition: Partition) -> dict[str, pa.Scalar]:
    types = {column.name: column.type for column in plan.contract.schema}
    return {
        key.column: constant(value, types[key.column])
        for key, value in zip(plan.partition_by, partition.values, strict=True)
        if key.transform == "identity"
    }
