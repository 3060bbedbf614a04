"""The first half of the write: every row is kept, rejected or counted, and lies with its partition."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.text.csv import CsvReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write import spill as kernel
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.kernels.write.spill import KeyRule, Spill, rejects, spill_batches, spill_bundle
from mesh_etl.stores import LOCAL, InputFile

ROW = pa.struct([("item", pa.int32()), ("record", pa.int64())])


@dataclass(frozen=True)
class AtMost:
    """`column` is at most `limit`."""

    id: str
    column: str
    limit: int
    rejects: bool = True

    def broken(self, batch):
        return pc.greater(batch.column(self.column), self.limit)


def contents(manifest):
    """The rows of a spill file by partition."""
    found: dict[tuple, list] = {}
    if manifest["spill"] is None:
        assert manifest["segments"] == []
        return found
    with pa.memory_map(manifest["spill"]) as source:
        reader = pa.ipc.open_file(source)
        for segment in manifest["segments"]:
            batch = reader.get_batch(segment["batch"])
            assert batch.num_rows == segment["rows"]
            found.setdefault(tuple(segment["values"]), []).extend(tuple(row.values()) for row in batch.to_pylist())
        assert reader.num_record_batches == len(manifest["segments"])
    return found


def refused(manifest):
    rows = (
        pa.Table.from_batches(rejects([manifest["rejects"]]), kernel.REJECTS).to_pylist() if manifest["rejects"] else []
    )
    return [(row["item"], row["record"], row["line"], row["raw"], [why["rule"] for why in row["violations"]])
            for row in rows]  # fmt: skip


def batch(rows, fates=None):
    """A batch of (n, word) as an engine hands it over, traced to item 4."""
    columns = {
        "n": pa.array([n for n, _ in rows], pa.int64()),
        "word": pa.array([word for _, word in rows], pa.string()),
        "_row": pa.array([(4, index) for index in range(len(rows))], ROW),
    }
    if fates is not None:
        columns["_fate"] = pa.array(fates, pa.string())
    return pa.RecordBatch.from_pydict(columns)


@pytest.fixture
def item(tmp_path):
    path = tmp_path / "in.csv"
    content = b"n,word\n1,a\nx,b\n300,c\n4,\n5,a\n"
    path.write_bytes(content)
    return WorkItem(7, "source", InputFile(str(path), len(content), "v1", LOCAL), 7, len(content), ("n", "word"))


def test_an_item_is_parsed_checked_and_counted(schema, tmp_path, item):
    columns = schema("n int, word string")
    rules = (AtMost("n.range", "n", 100), AtMost("n.small", "n", 4, rejects=False))
    spill = Spill(str(tmp_path), columns, rules, partitions=(PartitionKey("word", "word"),))
    manifest = spill_bundle(spill, {"source": CsvReader(columns)}, (item,))
    assert contents(manifest) == {("a",): [(1, "a"), (5, "a")], (None,): [(4, None)]}
    assert refused(manifest) == [(7, 1, 2, "x,b", ["TYPE_FORMAT"]), (7, 2, 3, "300,c", ["n.range"])]
    assert manifest["counts"] == {"7": {"read": 5, "good": 3, "rejected": 2, "lines": 5}}
    assert manifest["broken"] == {"7": {"TYPE_FORMAT:n": 1, "n.range:n": 1, "n.small:n": 1}}


def test_a_row_that_breaks_several_rules_is_rejected_once_with_all_of_them(schema, tmp_path):
    rules = (AtMost("one", "n", 1), AtMost("two", "n", 2), AtMost("three", "n", 3))
    spill = Spill(str(tmp_path), schema("n bigint, word string"), rules)
    manifest = spill_batches(spill, [batch([(1, "a"), (3, "b"), (None, "c")])], "_row", "_fate")
    assert contents(manifest) == {(): [(1, "a"), (None, "c")]}
    assert [(record, rules) for _, record, _, _, rules in refused(manifest)] == [(1, ["one", "two"])]
    assert manifest["counts"] == {"4": {"good": 2, "rejected": 1}}


def test_a_record_with_several_bad_cells_breaks_the_rule_once(schema, tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"a,b\nx,y\n1,y\n1,2\n")
    file = InputFile(str(path), path.stat().st_size, "v1", LOCAL)
    columns = schema("a int, b int")
    item = WorkItem(0, "source", file, 4, file.size, ("a", "b"))
    manifest = spill_bundle(Spill(str(tmp_path), columns), {"source": CsvReader(columns)}, (item,))
    assert manifest["broken"] == {"0": {"TYPE_FORMAT:a": 1, "TYPE_FORMAT:b": 1}}
    assert manifest["counts"] == {"0": {"read": 3, "good": 1, "rejected": 2, "lines": 3}}


def test_rows_with_a_fate_are_counted_under_it_and_meet_no_rule(schema, tmp_path):
    spill = Spill(str(tmp_path), schema("n bigint, word string"), (AtMost("n.range", "n", 1),))
    manifest = spill_batches(
        spill,
        [batch([(1, "a"), (9, "b"), (9, "c"), (9, "d")], [None, "filter[0]", "filter[0]", None])],
        "_row",
        "_fate",
    )
    assert contents(manifest) == {(): [(1, "a")]}
    assert manifest["counts"] == {"4": {"fate:filter[0]": 2, "good": 1, "rejected": 1}}
    assert [(record, line, raw) for _, record, line, raw, _ in refused(manifest)] == [(3, 0, "")]


def test_rows_without_an_origin_show_themselves_when_rejected(schema, tmp_path):
    spill = Spill(str(tmp_path), schema("n bigint, word string"), (AtMost("n.range", "n", 1),))
    manifest = spill_batches(spill, [batch([(1, "a"), (9, "é")]).drop_columns(["_row"])], "_row", "_fate")
    assert manifest["counts"] == {"-1": {"good": 1, "rejected": 1}}
    ((number, record, line, raw, _),) = refused(manifest)
    assert (number, record, line) == (-1, -1, 0)
    assert '"n": 9' in raw


def test_nothing_to_do_leaves_no_files(schema, tmp_path):
    manifest = spill_batches(
        Spill(str(tmp_path / "none"), schema("n bigint"), keys=(KeyRule("k", ("n",)),)), [], "_row", "_f"
    )
    assert (manifest["spill"], manifest["rejects"], manifest["keys"], manifest["segments"]) == (None, None, {}, [])


@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "b", None])), max_size=12), max_size=6
    ),
    hold=st.sampled_from([1, 150, 1 << 20]),
)
@settings(deadline=None, max_examples=60)
def test_rows_are_kept_as_they_are_whatever_a_task_may_hold(schema, tmp_path_factory, batches, hold):
    folder = tmp_path_factory.mktemp("spill")
    keys = (KeyRule("first", ("n",)), KeyRule("second", ("word", "n")))
    rules = (AtMost("n.range", "n", 7),)
    spill = Spill(str(folder), schema("n bigint, word string"), rules, keys, (PartitionKey("word", "word"),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "HOLD_BYTES", hold)
        patch.setattr(kernel, "HOLD_REJECTS", max(1, hold // 100))
        manifest = spill_batches(spill, [batch(rows) for rows in batches], "_row", "_fate")
    good = [row for rows in batches for row in rows if row[0] <= 7]
    found = contents(manifest)
    assert Counter(row for rows in found.values() for row in rows) == Counter(good)
    assert all({word for _, word in rows} == {values[0]} for values, rows in found.items())
    bad = sum(map(len, batches)) - len(good)
    assert len(refused(manifest)) == bad
    assert manifest["counts"].get("4", {}) == {
        what: rows for what, rows in (("good", len(good)), ("rejected", bad)) if rows
    }
    for key in keys:
        files = manifest["keys"].get(key.id, [])
        stored = [np.fromfile(path, np.uint64) for path in files]
        assert all((np.sort(part) == part).all() for part in stored)
        hashes, complete = key_hashes(batch(good), key.columns)
        assert sorted(one for part in stored for one in part) == sorted(hashes[complete])
