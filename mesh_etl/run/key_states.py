"""The hashes of keys that a commit keeps, so that later ones need not read the keys of the rows that stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.classified import told
from mesh_etl.kernels.write.states import hash_function
from mesh_etl.run.answers.unique import hash_file, key_types, stored_files

if TYPE_CHECKING:
    from mesh_etl.checks.dataset import Unique
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.storage import Scratch
    from mesh_etl.tables.entry import Partition
    from mesh_etl.tables.history import Values


def kept_keys(
    plan: Plan, engine: Engine, manifests: Sequence[Mapping[str, Any]], staged: Sequence[Partition], scratch: Scratch
) -> Iterator[tuple[Values, str, str]]:
    """The files of sorted hashes by partition and key; none for a mode that keeps no rows."""
    for rule in () if plan.mode.clears else plan.checks.unique:
        name = key_digest(rule, plan)
        if not may_be_kept(rule, plan):
            continue
        if not plan.partition_by:
            yield from (((), name, path) for one in manifests for path in one["keys"].get(rule.id, ()))
            continue
        values = [partition.values for partition in staged for _ in partition.files]
        hashed = engine.map(partial(hash_file, key_types(plan, rule.columns), scratch), stored_files(plan, staged))
        yield from ((one, name, found["keys"]) for one, found in zip(values, hashed, strict=True))


def may_be_kept(rule: Unique, plan: Plan) -> bool:
    """Whether hashes of the key may be kept: from those of few possible values the values can be found again."""
    return all(told(plan.contract.column(name)) for name in rule.columns)


def key_digest(rule: Unique, plan: Plan) -> str:
    """A name for a key: the same for the same columns of the same types, hashed by the same function."""
    types = {column.name: column.type.ddl() for column in plan.contract.schema}
    said = repr(([(name, types[name]) for name in rule.columns], hash_function()))
    return hashlib.sha256(said.encode()).hexdigest()[:32]
