"""Whether foreign keys lead to rows that are there: in another product's table at one version, or in this one.

What the run has staged is looked up; for a table that refers to itself all its rows are, since a run can take away what
older ones refer to. The rows stay where they are: a broken foreign key fails the run, or is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import ForeignKey
from mesh_etl.checks.dataset import Path as Steps
from mesh_etl.contract.comparison import NONE
from mesh_etl.contract.types import DataType, parse
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.write.references import BUCKET_ROWS, Key, absent, scattered
from mesh_etl.run.answers.base import Audit, compared, files
from mesh_etl.run.answers.unique import stored_files

if TYPE_CHECKING:
    from mesh_etl.plan.references import Referred
    from mesh_etl.run.answers.base import StoredFile
    from mesh_etl.storage import Scratch
    from mesh_etl.tables.entry import Partition


@dataclass(frozen=True)
class Side:
    """The files of a table, with their columns that stand in paths, and its rows."""

    files: Sequence[StoredFile]
    rows: int


def answered(rules: Sequence[ForeignKey], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule, by the number of rows that refer to nothing."""
    targets: dict[tuple[str, tuple[Steps, ...], tuple[DataType, ...]], list[ForeignKey]] = {}
    for rule in rules:
        targets.setdefault((rule.table, rule.keys, rule.types), []).append(rule)
    for (table, keys, types), group in targets.items():
        referred = audit.plan.referred[table] if table else None
        mine = _own(audit, [*audit.staged, *([] if table else audit.kept)])
        theirs = _other(referred) if referred else mine
        buckets = max(1, -(-(mine.rows + theirs.rows) // BUCKET_ROWS))
        kinds = tuple(map(arrow, types))
        there = _scattered(audit, Key(keys, kinds), theirs, buckets)
        for rule in group:
            key = Key(rule.columns, kinds)
            here = _scattered(audit, key, mine, buckets)
            parts = list(zip(here, there, strict=True))
            rows = sum(one["rows"] for one in audit.engine.map(partial(look_up, key, audit.scratch), parts))
            yield _verdict(rule, rows, referred.version if referred else "")


def _verdict(rule: ForeignKey, rows: int, against: str) -> Verdict:
    found = replace(compared(rule, NONE, rows, rows), against=against)
    told = f"{rows:,} {'row refers' if rows == 1 else 'rows refer'} to nothing in {against or 'the table'}"
    return replace(found, reason=told) if rows else found


def scatter(key: Key, buckets: int, scratch: Scratch, file: StoredFile) -> dict[str, Any]:
    """The distinct keys of a stored file, in files beside those of the run."""
    return {"keys": scattered(key, file[0], file[1], buckets, scratch)}


def look_up(key: Key, scratch: Scratch, bucket: tuple[list[str], list[str]]) -> dict[str, int]:
    """How many rows of one bucket refer to nothing."""
    return {"rows": absent(key, *bucket, scratch)}


def _scattered(audit: Audit, key: Key, side: Side, buckets: int) -> list[list[str]]:
    """The key files of each bucket."""
    found = audit.engine.map(partial(scatter, key, buckets, audit.scratch), side.files)
    return [[one["keys"][bucket] for one in found if one["keys"][bucket]] for bucket in range(buckets)]


def _own(audit: Audit, partitions: Sequence[Partition]) -> Side:
    return Side(stored_files(audit.plan, partitions), sum(partition.rows for partition in partitions))


def _other(referred: Referred) -> Side:
    entry = referred.head.entry
    types = {one.name: parse(one.type) for one in referred.ledger.contract(entry).columns}
    keys = [(key.column, key.transform) for key in entry.partition_by]
    partitions = tuple(referred.head.partitions.values())
    return Side(files(referred.ledger, partitions, keys, types), referred.head.rows)
