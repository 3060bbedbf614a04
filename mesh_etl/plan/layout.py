"""Warnings about a layout that would hurt: too many partitions, too small ones, and keys with too many values.

The numbers come from the table as it is where it has these partitions; else from what its commits have kept of the
columns, and from the size of the input. What is not known is not guessed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mesh_etl.config.partition import called
from mesh_etl.errors import Fault
from mesh_etl.tables.states import Metrics

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.kernels.write.partition import PartitionKey
    from mesh_etl.sources import Opened
    from mesh_etl.tables.ledger import Ledger, Snapshot

MANY = 10_000  # partitions: to list them takes a catalogue seconds
SMALL_MB, SMALL_FROM = 8, 50  # a few small partitions do no harm
VALUES = 1_000  # of one key
_DAYS = {"year": 365.2425, "month": 30.436875, "day": 1.0, "hour": 1 / 24}


@dataclass(frozen=True)
class Expected:
    """How many partitions a table has or will have, how many bytes they hold together, and how that is known."""

    partitions: int
    bytes: int
    known: str


def layout_warnings(
    job: LoadedJob,
    contract: Contract,
    keys: Sequence[PartitionKey],
    inputs: Mapping[str, Opened],
    ledger: Ledger,
    head: Snapshot | None,
) -> tuple[Fault, ...]:
    """What is wrong with the partitions that the job asks for, each with its numbers and a way out."""
    if not keys:
        return ()
    values = {key.name: number for key in keys if (number := _values(key, keys, ledger, head)) is not None}
    expected = _measured(keys, head) or _estimated(keys, values, inputs, head)
    return tuple([*_keyed(job, contract, keys, values), *_sized(job, keys, expected)])


def _measured(keys: Sequence[PartitionKey], head: Snapshot | None) -> Expected | None:
    if head is None or not _same(keys, head):
        return None
    return Expected(len(head.partitions), head.bytes, f"version {head.seq}")


def _estimated(
    keys: Sequence[PartitionKey], values: Mapping[str, int], inputs: Mapping[str, Opened], head: Snapshot | None
) -> Expected | None:
    """The product of what is known of each key; None where something is not known of one."""
    if len(values) < len(keys):
        return None
    partitions = 1
    for number in values.values():
        partitions *= number
    if head is not None:
        return Expected(min(partitions, head.rows), head.bytes, f"by what version {head.seq} holds")
    return Expected(partitions, sum(file.size for file in inputs["source"].files), "by the size of the input")


def _values(key: PartitionKey, keys: Sequence[PartitionKey], ledger: Ledger, head: Snapshot | None) -> int | None:
    """How many values the key has; None where that is not known."""
    kind, _, width = key.transform.rstrip("]").partition("[")
    if head is not None and _same(keys, head):
        place = [one.name for one in keys].index(key.name)
        return len({values[place] for values in head.partitions})
    if kind == "bucket":
        return int(width)
    if head is None:
        return None
    metrics = Metrics(ledger, head.seq)
    state = metrics.column(key.column, metrics.parts())
    if state is None:
        return None
    if kind in _DAYS:
        return _periods(state.low, state.high, _DAYS[kind])
    return round(state.distinct.estimate()) if kind == "identity" and state.distinct else None


def _periods(low: Decimal | None, high: Decimal | None, days: float) -> int | None:
    if low is None or high is None:
        return None
    return int(float(high - low) / (days * datetime.timedelta(days=1).total_seconds() * 1e6)) + 1


def _same(keys: Sequence[PartitionKey], head: Snapshot) -> bool:
    return [(one.name, one.transform) for one in keys] == [(one.name, one.transform) for one in head.entry.partition_by]


def _keyed(
    job: LoadedJob, contract: Contract, keys: Sequence[PartitionKey], values: Mapping[str, int]
) -> Iterator[Fault]:
    """The keys that have too many values."""
    primary = [column.stored_name for column in contract.columns if column.primary_key]
    alone = {column.stored_name for column in contract.columns if column.unique or [column.stored_name] == primary}
    for index, key in enumerate(keys):
        where, spelled = job.where("target", "partition_by", index), called(key.column, key.transform)
        fix = f"say bucket(16, {key.column}) instead, or sort_by: [{key.column}]"
        if not key.derived and key.column in alone:
            problem = f"partition_by: '{key.column}' is unique, so each row would be a partition of its own"
            yield Fault("PARTITION_CARDINALITY", problem, where, fix)
        elif values.get(key.name, 0) > VALUES and key.transform.partition("[")[0] in ("identity", "truncate"):
            problem = f"partition_by: {spelled} has {values[key.name]:,} values, more than {VALUES:,}"
            yield Fault("PARTITION_CARDINALITY", problem, where, fix)


def _sized(job: LoadedJob, keys: Sequence[PartitionKey], expected: Expected | None) -> Iterator[Fault]:
    """That there are too many partitions, or too small ones."""
    if expected is None:
        return
    where = job.where("target", "partition_by")
    each = expected.bytes / max(1, expected.partitions) / (1 << 20)
    number = f"{expected.partitions:,} partitions of {each:,.2g} MB on average ({expected.known})"
    if expected.partitions > MANY:
        yield Fault("PARTITIONS_MANY", f"partition_by: {number}, more than {MANY:,}", where, _coarser(keys))
    elif expected.partitions >= SMALL_FROM and each < SMALL_MB:
        yield Fault("PARTITIONS_SMALL", f"partition_by: {number}, less than {SMALL_MB} MB", where, _coarser(keys))


def _coarser(keys: Sequence[PartitionKey]) -> str:
    """A key that is one step coarser than the finest of these."""
    step = {"hour": "day", "day": "month", "month": "year"}
    for key in keys:
        kind, _, width = key.transform.rstrip("]").partition("[")
        if kind in step:
            return f"say {step[kind]}({key.column}) instead of {kind}({key.column})"
        if kind == "bucket" and int(width) > 1:
            return f"say bucket({max(1, int(width) // 4)}, {key.column})"
    return f"leave {keys[-1].column} out and say sort_by: [{keys[-1].column}]"
