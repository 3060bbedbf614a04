"""Row rules on the batches of a frame: counted in one pass, or marked on each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.schema import arrow_schema

if TYPE_CHECKING:
    from mesh_etl.contract.types import Schema
    from mesh_etl.kernels.write.rules import RowRule

READ, GOOD = "_mesh_read", "_mesh_good"
COUNTS = "rule string, rows bigint"
VIOLATIONS = "_violations"
VIOLATIONS_TYPE = "array<struct<rule:string,column:string>>"


def counted(
    schema: Schema, rules: Sequence[RowRule], answers: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """For each rule the rows that break it, and the rows in all (`READ`) and those that no rule rejects (`GOOD`).

    A rule that only counts is asked about good rows alone, as in a run.
    """
    counts: Counter[str] = Counter()
    for batch in batches:
        batch = _typed(batch, schema, answers)
        good = np.ones(batch.num_rows, bool)
        for rule, rows in _masks(rules, batch, rejecting=True):
            counts[rule.id] += int(np.count_nonzero(rows))
            good &= ~rows
        kept = batch if good.all() else batch.filter(pa.array(good))
        for rule, rows in _masks(rules, kept, rejecting=False):
            counts[rule.id] += int(np.count_nonzero(rows))
        counts[READ] += batch.num_rows
        counts[GOOD] += kept.num_rows
    yield pa.RecordBatch.from_pydict({"rule": list(counts), "rows": pa.array(counts.values(), pa.int64())})


def marked(
    schema: Schema, rules: Sequence[RowRule], answers: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The rows, each with the rejecting rules that it breaks, in the order of the contract."""
    kind = pa.list_(pa.struct([("rule", pa.string()), ("column", pa.string())]))
    for batch in batches:
        batch = _typed(batch, schema, answers)
        found: dict[int, list[dict[str, str]]] = {}
        for rule, rows in _masks(rules, batch, rejecting=True):
            for row in np.flatnonzero(rows).tolist():
                found.setdefault(row, []).append({"rule": rule.id, "column": rule.column})
        violations = pa.array([found.get(row, []) for row in range(batch.num_rows)], kind)
        yield batch.select([field.name for field in schema]).append_column(VIOLATIONS, violations)


def _typed(batch: pa.RecordBatch, schema: Schema, answers: Sequence[str]) -> pa.RecordBatch:
    """The batch in the Arrow types that the rules know; an engine may hand over larger offsets or other units."""
    target = arrow_schema(schema)
    columns = [batch.column(field.name).cast(field.type) for field in target]
    names = [*target.names, *answers]
    return pa.RecordBatch.from_arrays([*columns, *(batch.column(name) for name in answers)], names)


def _masks(rules: Sequence[RowRule], batch: pa.RecordBatch, rejecting: bool) -> Iterator[tuple[RowRule, np.ndarray]]:
    for rule in rules:
        if rule.rejects == rejecting and batch.num_rows and (mask := rule.broken(batch)) is not None:
            yield rule, pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
