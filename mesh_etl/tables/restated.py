"""The states of parts of a table, merged into those of the one part that their rows come to be in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.write.states import STATES, ColumnState
from mesh_etl.storage import Scratch
from mesh_etl.tables.history import Values
from mesh_etl.tables.states import COLUMNS, KEYS, RULES, CommitStates, Metrics, Part

Parts = Mapping[Values, Collection[Part]]


def restated(metrics: Metrics, txn: str, parts: Parts, scratch: Scratch) -> CommitStates:
    """What a commit keeps that takes over the states of these parts, by partition; what needs a file is in `scratch`.

    A state that one of the parts lacks is not kept: a reader finds it in the rows, as it would have before.
    """
    return CommitStates(
        [(values, _column_file(states, scratch)) for values, states in _columns(metrics, parts).items()],
        {(Part(txn, values), rule): rows for values, rule, rows in _rules(metrics, parts)},
        list(_keys(metrics, parts, scratch)),
    )


def _columns(metrics: Metrics, parts: Parts) -> dict[Values, dict[str, ColumnState]]:
    """The merged states of the columns of which all parts have one."""
    states: dict[Part, dict[str, ColumnState]] = defaultdict(dict)
    wanted = {part for group in parts.values() for part in group}
    for part, row in metrics.told(COLUMNS):
        if part in wanted:
            state = ColumnState.from_row(row)
            before = states[part].setdefault(row["column"], state)
            if before is not state:
                before.merge(state)
    found = {}
    for values, group in parts.items():
        names = set.intersection(*({*states[part]} for part in group))
        found[values] = {name: ColumnState() for name in states[next(iter(group))] if name in names}
        for part in sorted(group):
            for name, state in found[values].items():
                state.merge(states[part][name])
    return found


def _column_file(states: Mapping[str, ColumnState], scratch: Scratch) -> str:
    path = scratch.path("states")
    table = pa.Table.from_pylist([state.to_row(name) for name, state in states.items()], STATES)
    with scratch.writing(path) as local, pa.ipc.new_file(local, STATES) as file:
        file.write_table(table)
    return path


def _rules(metrics: Metrics, parts: Parts) -> Iterator[tuple[Values, str, int]]:
    known: dict[Part, dict[str, int]] = defaultdict(dict)
    for part, row in metrics.told(RULES):
        known[part][row["rule"]] = row["rows"]
    for values, group in parts.items():
        for rule in {rule for part in group for rule in known.get(part, ())}:
            counts = [known.get(part, {}).get(rule) for part in group]
            if None not in counts:
                yield values, rule, sum(count for count in counts if count is not None)


def _keys(metrics: Metrics, parts: Parts, scratch: Scratch) -> Iterator[tuple[Values, str, str]]:
    for rule in sorted({row["rule"] for _, row in metrics.told(KEYS)}):
        runs = metrics.digests(rule)
        for values, group in parts.items():
            if all(part in runs for part in group):
                hashes: list[Any] = [run for part in group for run in runs[part]]
                path = scratch.path("keys")
                with scratch.writing(path) as local:
                    np.sort(np.concatenate([np.zeros(0, np.uint64), *hashes])).tofile(local)
                yield values, rule, path
