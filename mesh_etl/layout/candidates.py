"""The layouts that are worth a trial, by the filters and by how the values of a sample are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.config.partition import PartitionField
from mesh_etl.kernels.write.partition import PartitionKey, groups

if TYPE_CHECKING:
    from mesh_etl.layout.filters import Filter

LEAST_MB = 8  # of a partition on average
MOST_PARTITIONS = 10_000
MOST_VALUES = 1_000  # of an identity key
FINER_MB = 16  # of a row group
_COLUMNS = 3  # that are tried, the most asked for first
_PERIODS = ("hour", "day", "month", "year")


@dataclass(frozen=True)
class Layout:
    """How a table may be laid out."""

    keys: tuple[PartitionKey, ...] = ()
    sort_by: tuple[str, ...] = ()
    cluster_by: tuple[str, ...] = ()
    row_group_mb: int = 64

    @property
    def fields(self) -> tuple[str, ...]:
        """The partition keys as a job states them."""
        return tuple(str(PartitionField(key.column, key.transform, key.name)) for key in self.keys)

    @property
    def parts(self) -> int:
        """The columns that the layout names: of two that do the same, the one with fewer is better."""
        return len(self.keys) + len(self.sort_by) + len(self.cluster_by)

    def __str__(self) -> str:
        words = [f"partition_by [{', '.join(self.fields)}]"] if self.keys else []
        words += [f"sort_by [{', '.join(self.sort_by)}]"] if self.sort_by else []
        words += [f"cluster_by [{', '.join(self.cluster_by)}]"] if self.cluster_by else []
        words += [f"row_group_mb {self.row_group_mb}"] if self.row_group_mb != Layout().row_group_mb else []
        return ", ".join(words) or "no partitions, no order"


def candidates(
    now: Layout, filters: Sequence[Filter], rows: pa.Table, size: int, target_bytes: int, promised: bool
) -> list[Layout]:
    """The layout as it is and others that could serve the filters, each once.

    `size` are the bytes of the table; with `promised` keys, which stand in the contract, the partitions stay.
    """
    asked = Counter(name for one in filters for name in one.columns)
    points = {name for one in filters for name in one.points}
    columns = [name for name, _ in asked.most_common(_COLUMNS) if not pa.types.is_nested(rows.schema.field(name).type)]
    partitions = [now.keys]
    if not promised:
        partitions += [(), *_partitions(columns, points, rows, size, target_bytes)]
    orders = [replace(now, keys=()), Layout(row_group_mb=now.row_group_mb), *_orders(columns, now)]
    found: dict[Layout, None] = {now: None}
    for keys in partitions:
        whole = {key.column for key in keys if not key.derived}
        for order in orders:
            if not whole & {*order.sort_by, *order.cluster_by}:
                found[replace(order, keys=keys)] = None
    return list(found)


def _partitions(
    columns: Sequence[str], points: set[str], rows: pa.Table, size: int, target_bytes: int
) -> Iterator[tuple[PartitionKey, ...]]:
    """Partition keys, alone and in pairs, whose partitions would be neither too many nor too small."""
    single = [key for name in columns for key in _keys(name, name in points, rows, size, target_bytes)]
    for key in single:
        yield (key,)
    for index, first in enumerate(single):
        for second in single[index + 1 :]:
            if first.column != second.column and _fits(len(groups(rows, (first, second))), size):
                yield (first, second)


def _keys(name: str, pointed: bool, rows: pa.Table, size: int, target_bytes: int) -> Iterator[PartitionKey]:
    """The finest period of a moment; the column itself, or buckets of it, where single values are asked for."""
    kind = rows.schema.field(name).type
    if pa.types.is_temporal(kind):
        for period in _PERIODS:
            if period == "hour" and not pa.types.is_timestamp(kind):
                continue
            key = PartitionKey(f"{name}_{period}", name, period)
            number = len(groups(rows, (key,)))
            if number > 1 and _fits(number, size):
                yield key
                return
        return
    if not pointed or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return
    values = pc.count_distinct(rows.column(name)).as_py()
    is_key = pa.types.is_string(kind) or pa.types.is_integer(kind)
    if is_key and 1 < values <= MOST_VALUES and _fits(values, size) and not _empty(rows.column(name)):
        yield PartitionKey(name, name)
    buckets = 1 << max(0, int(size / target_bytes / 2).bit_length() - 1)
    if values > MOST_VALUES and buckets > 1:
        yield PartitionKey(f"{name}_bucket", name, f"bucket[{buckets}]")


def _fits(partitions: int, size: int) -> bool:
    return partitions <= MOST_PARTITIONS and size / max(1, partitions) >= LEAST_MB << 20


def _empty(column: pa.ChunkedArray) -> bool:
    return pa.types.is_string(column.type) and bool(pc.any(pc.equal(column, "")).as_py())


def _orders(columns: Sequence[str], now: Layout) -> Iterator[Layout]:
    """One column, or the first of them on a curve; each with row groups as they are, and with finer ones."""
    for size in dict.fromkeys((now.row_group_mb, min(FINER_MB, now.row_group_mb))):
        for name in columns:
            yield Layout(sort_by=(name,), row_group_mb=size)
        for number in range(2, len(columns) + 1):
            yield Layout(cluster_by=tuple(columns[:number]), row_group_mb=size)


def best(costs: Mapping[Layout, int], now: Layout) -> Layout:
    """The layout that costs least; the one as it is, or a simpler one, where it costs hardly more."""
    least = min(costs.values())
    near = [layout for layout, cost in costs.items() if cost <= least * 1.1]
    return now if now in near else min(near, key=lambda layout: (layout.parts, costs[layout]))
