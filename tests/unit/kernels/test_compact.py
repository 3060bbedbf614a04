"""Several files become one with the same rows, whoever wrote them; and what is not the same is found out."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from mesh_etl.errors import RunError
from mesh_etl.kernels.compact import merge as kernel
from mesh_etl.kernels.compact.content import digest
from mesh_etl.kernels.compact.merge import MergeJob, merge
from mesh_etl.kernels.compact.order import in_order
from mesh_etl.kernels.write.encode import EncodeJob

NAN = float("nan")
ALL = {
    "i": pa.array([1, None, 3, 4], pa.int32()),
    "d": pa.array([Decimal("1.5"), None, Decimal("-2.5"), Decimal("0")], pa.decimal128(9, 2)),
    "big": pa.array([Decimal(10) ** 30, None, -(Decimal(10) ** 30), Decimal(0)], pa.decimal128(38, 2)),
    "s": pa.array(["a", None, "", "zü"]),
    "b": pa.array([b"x", None, b"", b"yy"]),
    "f": pa.array([0.0, -0.0, NAN, None]),
    "flag": pa.array([True, None, False, True]),
    "day": pa.array([datetime.date(2020, 1, 1), None, None, datetime.date(1969, 12, 31)]),
    "at": pa.array([datetime.datetime(2020, 1, 1), None, None, None], pa.timestamp("us", "UTC")),
    "list": pa.array([[1, 2], None, [], [None]], pa.list_(pa.int64())),
    "map": pa.array([[("a", 1)], None, [], [("b", None)]], pa.map_(pa.string(), pa.int64())),
    "struct": pa.array(
        [{"x": 1, "y": "q"}, None, {"x": None, "y": None}, {"x": 2, "y": ""}],
        pa.struct([("x", pa.int64()), ("y", pa.string())]),
    ),
    "deep": pa.array([[{"x": [1]}], None, [], [None, {"x": None}]], pa.list_(pa.struct([("x", pa.list_(pa.int8()))]))),
}
TABLE = pa.table(ALL)


def test_a_digest_does_not_depend_on_chunks_and_slices():
    found = digest(TABLE)
    assert digest(pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1, 2), TABLE.slice(3)])) == found
    often = pa.concat_tables([TABLE] * 9).combine_chunks()
    assert digest(often.slice(4, 4)) == digest(often.slice(32)) == found
    assert digest(TABLE.set_column(3, "s", TABLE.column("s").dictionary_encode())) == found


@pytest.mark.parametrize("name", ALL)
def test_a_digest_tells_rows_that_have_changed_places(name):
    column = TABLE.column(name)
    for left, right in itertools.combinations(range(4), 2):
        rows = list(range(4))
        rows[left], rows[right] = right, left
        swapped = column.take(pa.array(rows))
        same = repr(swapped.to_pylist()) == repr(column.to_pylist())
        assert (digest(pa.table({name: swapped})) == digest(pa.table({name: column}))) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([0.0], [-0.0]),
        ([None], [0.0]),
        (["", None], [None, ""]),
        (["ab", "c"], ["a", "bc"]),
        ([[1], [2]], [[1, 2], []]),
        ([[None], []], [[], [None]]),
        ([[]], [None]),
        (["a\0"], ["a"]),
        ([{"x": None}], [None]),
    ],
)
def test_a_digest_tells_what_is_nearly_the_same(one, other):
    kind = pa.array([*one, *other]).type
    assert digest(pa.table({"v": pa.array(one, kind)})) != digest(pa.table({"v": pa.array(other, kind)}))


def test_what_stands_behind_a_null_does_not_count():
    values, mask = pa.array([1, 2, 3], pa.int64()), pa.py_buffer(bytes([0b101]))
    hidden = pa.Array.from_buffers(pa.int64(), 3, [mask, values.buffers()[1]])
    assert digest(pa.table({"v": hidden})) == digest(pa.table({"v": pa.array([1, None, 3], pa.int64())}))


@pytest.fixture
def files(tmp_path):
    """Writes tables as Parquet files, or ORC by the name of the format; returns their paths."""

    def write(*tables, format="parquet", **options):
        paths = []
        for number, table in enumerate(tables):
            path = tmp_path / f"{number}.{format}"
            (orc.write_table if format == "orc" else pq.write_table)(table, path, **options)
            paths.append(str(path))
        return tuple(paths)

    return write


def job(tmp_path, paths, schema, **style):
    return MergeJob(EncodeJob(str(tmp_path / "out"), (), **style), paths, schema)


def test_rows_come_one_file_after_the_other(tmp_path, files):
    paths = files(TABLE, TABLE.slice(2), TABLE.slice(0, 0), TABLE.slice(1, 1), row_group_size=2)
    found = merge(job(tmp_path, paths, TABLE.schema))
    whole = pq.read_table(found["path"])
    assert repr(whole.to_pylist()) == repr([*TABLE.to_pylist(), *TABLE.to_pylist()[2:], TABLE.to_pylist()[1]])
    assert found["rows"] == 7
    assert pq.ParquetFile(found["path"]).num_row_groups == 1


def test_row_groups_have_the_size_that_the_job_states(tmp_path, files):
    many = pa.table({"n": range(100_000)})
    found = merge(job(tmp_path, files(many, many, row_group_size=1_000), many.schema, row_group_bytes=400_000))
    metadata = pq.read_metadata(found["path"])
    rows = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    assert sum(rows) == 200_000
    assert 3 <= len(rows) <= 5


def test_rows_are_put_in_order_and_equal_ones_stay_as_they_are(tmp_path, files):
    first = pa.table({"k": [3, 1, None, 2], "n": [0, 1, 2, 3]})
    second = pa.table({"k": [2, 1, None, 3], "n": [4, 5, 6, 7]})
    found = merge(job(tmp_path, files(first, second), first.schema, sort_by=("k",)))
    assert pq.read_table(found["path"])["n"].to_pylist() == [1, 5, 3, 4, 0, 7, 2, 6]
    style = EncodeJob("", (), sort_by=("k",))
    assert in_order((style, found["path"], found["bytes"])) == {"in_order": True}
    assert in_order((style, files(first)[0], 0)) == {"in_order": False}


def test_order_is_looked_at_from_one_batch_to_the_next(tmp_path, files):
    many = pa.table({"k": [*range(64_000), 0]})
    assert in_order((EncodeJob("", (), sort_by=("k",)), files(many)[0], 0)) == {"in_order": False}
    assert in_order((EncodeJob("", (), sort_by=("k",)), files(many.slice(0, 64_000))[0], 0)) == {"in_order": True}


def test_files_of_earlier_contracts_get_the_columns_of_now_and_keep_their_own(tmp_path, files):
    old = pa.table({"id": pa.array([1], pa.int32()), "gone": ["x"]})
    new = pa.table({"id": pa.array([2**40], pa.int64()), "more": [1.5]})
    schema = pa.schema([("id", pa.int64()), ("more", pa.float64())])
    found = merge(job(tmp_path, files(old, new), schema))
    rows = pq.read_table(found["path"])
    assert rows.schema.names == ["id", "more", "gone"]
    assert rows.to_pylist() == [{"id": 1, "more": None, "gone": "x"}, {"id": 2**40, "more": 1.5, "gone": None}]


def test_files_that_do_not_fit_together_are_left(tmp_path, files):
    paths = files(pa.table({"gone": ["x"]}), pa.table({"gone": [1]}))
    assert merge(job(tmp_path, paths, pa.schema([]))) == {}
    assert list((tmp_path / "out").rglob("*.parquet")) == []


def test_orc_files_become_one(tmp_path, files):
    plain = TABLE.select(["i", "d", "s", "f", "at", "list", "struct"])
    found = merge(job(tmp_path, files(plain, plain, format="orc"), plain.schema, format="orc"))
    assert found["path"].endswith(".orc")
    assert repr(orc.read_table(found["path"]).cast(plain.schema).to_pylist()) == repr(plain.to_pylist() * 2)


@pytest.mark.parametrize("written_by", ["pyarrow 1.0", "plain", "statistics off", "page index", "v2 pages", "lz4"])
def test_files_of_other_writers(tmp_path, files, written_by):
    options = {
        "pyarrow 1.0": {"version": "1.0"},
        "plain": {"use_dictionary": False, "compression": "none"},
        "statistics off": {"write_statistics": False},
        "page index": {"write_page_index": True},
        "v2 pages": {"data_page_version": "2.0"},
        "lz4": {"compression": "lz4"},
    }[written_by]
    found = merge(job(tmp_path, files(TABLE, TABLE, **options), TABLE.schema))
    assert repr(pq.read_table(found["path"]).to_pylist()) == repr(TABLE.to_pylist() * 2)


@pytest.mark.parametrize("damage", ["value", "row lost", "row twice", "order"])
@pytest.mark.parametrize("order", [(), ("i",)])
def test_a_file_that_holds_anything_else_is_refused_and_gone(tmp_path, files, monkeypatch, damage, order):
    harm = {
        "value": lambda table: table.set_column(0, "i", pa.array([1, None, 3, 5] * 2, pa.int32())),
        "row lost": lambda table: table.slice(1),
        "row twice": lambda table: pa.concat_tables([table, table.slice(0, 1)]),
        "order": lambda table: table.take(pa.array([2, *range(2), *range(3, 8)])),
    }[damage]
    real = kernel.written
    monkeypatch.setattr(kernel, "written", lambda style, tables: real(style, map(harm, list(tables))))
    with pytest.raises(RunError) as caught:
        merge(job(tmp_path, files(TABLE, TABLE), TABLE.schema, sort_by=order))
    assert caught.value.code == "COMPACTION_DIFFERS"
    assert list((tmp_path / "out").rglob("*.parquet")) == []


def test_a_sort_that_changes_rows_is_refused(tmp_path, files, monkeypatch):
    monkeypatch.setattr(kernel, "arranged", lambda table, style: table.slice(1))
    with pytest.raises(RunError) as caught:
        merge(job(tmp_path, files(TABLE), TABLE.schema, sort_by=("i",)))
    assert caught.value.code == "COMPACTION_DIFFERS"
