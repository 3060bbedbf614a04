"""What a metric was in each version of a table, from the ledger and the states that commits have kept."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.history import Metric, Point
from mesh_etl.tables.table_state import folding

if TYPE_CHECKING:
    from mesh_etl.kernels.write.states import ColumnState
    from mesh_etl.tables.entry import Counts
    from mesh_etl.tables.states import Metrics


def of_column(metric: Metric, state: ColumnState | None) -> float | None:
    """The metric of a column by its state; None where the state does not tell it, or there are no such values."""
    value: float | None = None
    if state is None:
        return None
    if metric == "nullShare" and state.rows:
        value = 100 * state.nulls / state.rows
    elif metric == "distinct" and state.distinct:
        value = float(round(state.distinct.estimate()))
    elif metric == "mean" and state.numbers:
        value = state.total / state.numbers
    elif metric == "median" and state.quantiles:
        value = state.quantiles.at(0.5)
    return value if value is not None and math.isfinite(value) else None


def of_run(metric: Metric, counts: Counts) -> float | None:
    """The metric of a run by its counts; None where it has read no rows."""
    if metric == "rowCount":
        return float(counts.good)
    read = counts.read + counts.made
    return 100 * counts.quarantined / read if read else None


def by_run(metrics: Metrics, metric: Metric, column: str, operation: str) -> Iterator[Point]:
    """The metric of what each commit of this operation has written, oldest first, where it is known."""
    for entry in metrics.entries:
        if entry.operation == operation:
            value = (
                of_column(metric, metrics.written(column, entry)) if column else of_run(metric, entry.counts)
            )  # fmt: skip
            if value is not None:
                yield Point(entry.seq, moment(entry.committed_at), value)


def by_version(metrics: Metrics, metric: Metric, column: str, last: int | None = None) -> Iterator[Point]:
    """The metric of the whole table at each version, or at the last of them, oldest first, where it is known."""
    entries = [entry for entry in metrics.entries if not entry.is_upkeep]
    rows = {} if column else {state.seq: float(state.size.rows) for state, _ in folding(metrics.entries)}
    for entry in entries[-last:] if last else entries:
        value = of_column(metric, metrics.column(column, metrics.parts(entry.seq))) if column else rows[entry.seq]
        if value is not None:
            yield Point(entry.seq, moment(entry.committed_at), value)


def moment(text: str) -> datetime.datetime:
    """A moment as the ledger writes it."""
    return datetime.datetime.fromisoformat(text)
