"""Each mode, run over deliveries that nobody would think of, makes the table that its oracle makes.

A delivery is a list of rows with few ids, parts and moments, so that they meet: rows come late, twice, with the same
order, with NULL, without any row, and change their partition; deliveries come again under another name. After each run
the rows of the table and the counts of the ledger are held against `oracle_of_modes.py`.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyarrow import orc

from mesh_etl.errors import MeshError
from tests.engine import oracle_of_modes as oracles
from tests.engine.oracle_of_modes import Refused

EXAMPLES = int(os.environ.get("MESH_ORACLE_EXAMPLES", "6" if os.environ.get("MESH_ENGINE") != "spark" else "1"))
DAYS = [datetime.date(2026, 1, day) for day in (1, 2, 3, 4)]

id_ = st.sampled_from([1, 2, 3])
part = st.sampled_from(["a", "b", None])
n = st.sampled_from([0, 1, None])
op = st.sampled_from(["I", "U", "U", "D"])
PLAIN = {"id": "int", "part": "string", "n": "bigint"}


@dataclass(frozen=True)
class Subject:
    """A mode and its oracle: how rows come, and what the contract has beside `id`, `part` and `n`."""

    mode: Mapping[str, Any]
    oracle: Callable[[], Any]
    row: st.SearchStrategy[tuple[Any, ...]]
    source: Mapping[str, str]
    table: Mapping[str, str]
    partition_by: tuple[str, ...] = ("part",)
    accumulates: bool = True  # deliveries are files beside each other, and each is read once
    sent: tuple[int | None, int | None] = (None, None)  # what of a row is in the file
    shown: tuple[int | None, int | None] = (None, None)  # what of the oracle's row readers see
    deletes: bool = False  # rows are taken out between the runs as well


MODES = {
    "append": Subject(
        {"type": "append"}, oracles.Append, st.tuples(st.none() | id_, part, n), PLAIN, PLAIN, deletes=True
    ),
    "replace": Subject(
        {"type": "replace"},
        oracles.Replace,
        st.tuples(st.none() | id_, part, n),
        PLAIN,
        PLAIN,
        accumulates=False,
        deletes=True,
    ),
    "replace_partitions": Subject(
        {"type": "replace_partitions"},
        oracles.ReplacePartitions,
        st.tuples(st.none() | id_, part, n),
        PLAIN,
        PLAIN,
        accumulates=False,
    ),
    "snapshot": Subject(
        {"type": "snapshot", "date": "day"},
        oracles.Snapshot,
        st.tuples(st.none() | id_, part, n),
        PLAIN,
        {**PLAIN, "day": "date"},
        ("part", "day"),
        accumulates=False,
        deletes=True,
    ),
    "merge": Subject(
        {"type": "merge", "keys": ["id"], "order_by": ["at"], "deletes": {"column": "op", "values": ["D"]}},
        lambda: oracles.Latest(delete_wins=True),
        st.tuples(op, id_, part, n, st.sampled_from([None, *range(9)])),
        {"op": "string", **PLAIN, "at": "int"},
        {**PLAIN, "at": "int"},
    ),
    "cdc": Subject(
        {"type": "cdc", "keys": ["id"], "operation": "op", "sequence": "seq"},
        lambda: oracles.Latest(delete_wins=False),
        st.tuples(op, id_, part, n, st.sampled_from([f"{number:035d}" for number in range(12)])),
        {"op": "string", **PLAIN, "seq": "string"},
        PLAIN,
        shown=(None, 3),
    ),
    "scd2": Subject(
        {"type": "scd2", "keys": ["id"], "effective": "at", "deletes": {"column": "op", "values": ["D"]}},
        oracles.Scd2,
        st.tuples(op, id_, part, n, st.sampled_from([datetime.date(2026, 2, day) for day in range(1, 13)])),
        {"op": "string", **PLAIN, "at": "date"},
        {**PLAIN, "valid_from": "date", "valid_to": "date", "is_current": "boolean"},
    ),
    "scd2 of full deliveries": Subject(
        {"type": "scd2", "keys": ["id"], "absent": "close"},
        lambda: oracles.Scd2(closes=True),
        st.tuples(st.just("I"), id_, part, n, st.none()),
        PLAIN,
        {**PLAIN, "valid_from": "date", "valid_to": "date", "is_current": "boolean"},
        accumulates=False,
        sent=(1, 4),
    ),
}


def _n(test: Callable[[int], bool]) -> Callable[[tuple[Any, ...]], bool | None]:
    return lambda row: None if row[2] is None else test(row[2])


CONDITIONS: dict[str, Callable[[tuple[Any, ...]], bool | None]] = {
    "n = 0": _n(lambda value: value == 0),
    "not (n = 0)": _n(lambda value: value != 0),
    "part = 'a'": lambda row: None if row[1] is None else row[1] == "a",
    "part is null or id = 1": lambda row: row[1] is None or (None if row[0] is None else row[0] == 1),
    "false": lambda row: False,
}


@st.composite
def histories(draw: st.DrawFn, subject: Subject) -> list[Any]:
    """What happens to a table: deliveries, deliveries that come again, and conditions of rows to delete."""
    batches = st.lists(subject.row, max_size=6)
    steps: list[Any] = []
    for _ in range(draw(st.integers(2, 5))):
        before = [step for step in steps if isinstance(step, list)]
        kinds = [batches, batches]
        kinds += [st.sampled_from(before)] if before else []
        kinds += [st.sampled_from(sorted(CONDITIONS))] if before and subject.deletes else []
        steps.append(draw(st.one_of(*kinds)))
    return steps


@pytest.mark.parametrize("format_", ["parquet", "orc", "iceberg"])
@pytest.mark.parametrize("name", list(MODES))
def test_table_is_what_the_oracle_says(project, name, format_):
    subject = MODES[name]
    examples = EXAMPLES if format_ == "parquet" else max(1, EXAMPLES // 4)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(subject), st.randoms(use_true_random=False))
    def hold(history, random):
        play(project(), subject, format_, history, random)

    hold()


def play(made, subject, format_, history, random):
    """The history happens to a table and to its oracle, and after each step they say the same."""
    oracle = subject.oracle()
    keys = [
        {"name": name, "physicalType": kind, "required": name == "id" and "keys" in subject.mode}
        for name, kind in subject.table.items()
    ]
    target = {"mode": subject.mode, "partition_by": subject.partition_by, "format": format_}
    source = {"type": "parquet", "path": "data/*.parquet"}
    made.define("it", {"properties": keys}, {"source": source, "target": target})
    date, published = DAYS[0], False
    for number, step in enumerate(history):
        if isinstance(step, str):
            if published:
                report = made.delete("it", step)
                oracle.delete(CONDITIONS[step])
                check(report, oracle, subject, counted=report.outcome == "published")
            continue
        file = f"data/{number if subject.accumulates else 0}.parquet"
        made.put({file: {"columns": subject.source, "rows": [row[slice(*subject.sent)] for row in step]}})
        date = random.choice([one for one in DAYS if one >= date])
        if code := _refusal(oracle, step, date):
            with pytest.raises(MeshError) as raised:
                made.run("it", date.isoformat())
            assert raised.value.code == code
            made.put({file: None})
            continue
        report = made.run("it", date.isoformat())
        published = True
        check(report, oracle, subject, counted=report.outcome == "published")
        if random.random() < 0.3:
            again = made.run("it", date.isoformat())
            assert again.outcome in ("done before", "nothing new")
            assert again.snapshot.seq == report.snapshot.seq


def _refusal(oracle, step, date):
    """The code with which the oracle refuses the delivery; None where it takes it."""
    try:
        oracle.run(step, date)
    except Refused as refused:
        return str(refused)
    return None


def check(report, oracle, subject, counted):
    """The table has the oracle's rows, and the commit its counts."""
    assert sorted(stored(report), key=repr) == sorted((row[slice(*subject.shown)] for row in oracle.rows), key=repr)
    assert report.snapshot.rows == len(oracle.rows)
    if counted and oracle.changed is not None:
        found = {name: rows for name, rows in report.snapshot.entry.changed if rows and name != "kept"}
        assert found == {name: rows for name, rows in oracle.changed.items() if rows}


def stored(report):
    """The rows of the table as its files hold them, whatever their format."""
    entry, rows = report.snapshot.entry, []
    for values, partition in report.snapshot.partitions.items():
        held = dict(zip((key.column for key in entry.partition_by), values, strict=True))
        held |= {name: value and datetime.date.fromisoformat(value) for name, value in held.items() if name == "day"}
        for file in partition.files:
            path = Path(report.root) / file.path
            table = orc.read_table(path) if path.suffix == ".orc" else pq.ParquetFile(path).read()
            rows += [tuple(held.get(name, row.get(name)) for name, _ in entry.columns) for row in table.to_pylist()]
    return rows
