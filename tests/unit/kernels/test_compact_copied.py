"""Column chunks that are copied: the file is the one that decoding would have made, whoever reads it."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.errors import RunError
from mesh_etl.kernels.compact import copied as kernel
from mesh_etl.kernels.compact import merge as merging
from mesh_etl.kernels.compact.content import digest
from mesh_etl.kernels.compact.footer import Frame
from mesh_etl.kernels.compact.merge import MergeJob, merge
from mesh_etl.kernels.compact.row_groups import Unlike
from mesh_etl.kernels.write.checksum import crc32
from mesh_etl.kernels.write.encode import EncodeJob, written

ROWS = 1_100
KINDS = {
    "small": (pa.int32(), lambda random: random.randrange(-9, 9)),
    "wide": (pa.int64(), lambda random: random.randrange(-(2**60), 2**60)),
    "short": (pa.int16(), lambda random: random.randrange(-(2**15), 2**15)),
    "unsigned": (pa.uint32(), lambda random: random.randrange(2**32)),
    "price": (pa.decimal128(12, 2), lambda random: Decimal(random.randrange(-(10**9), 10**9)) / 100),
    "long": (pa.decimal128(38, 2), lambda random: Decimal(random.randrange(-(10**30), 10**30))),
    "real": (pa.float64(), lambda random: random.choice([random.random(), -0.0, float("nan"), float("inf")])),
    "single": (pa.float32(), lambda random: float(random.randrange(10**6))),
    "flag": (pa.bool_(), lambda random: random.random() < 0.5),
    "text": (pa.string(), lambda random: f"{random.random()}ü"),
    "word": (pa.string(), lambda random: random.choice(["a", "", "zü"])),
    "bytes": (pa.binary(), lambda random: random.randbytes(9)),
    "day": (pa.date32(), lambda random: datetime.date(2020, 1, 1) + datetime.timedelta(random.randrange(9_999))),
    "at": (pa.timestamp("us", "UTC"), lambda random: random.randrange(10**15)),
    "local": (pa.timestamp("us"), lambda random: random.randrange(10**15)),
    "list": (
        pa.list_(pa.int64()),
        lambda random: [random.choice([None, random.randrange(2**60)])] * random.randrange(3),
    ),
    "map": (pa.map_(pa.string(), pa.int64()), lambda random: [(f"{random.random()}", 1)]),
    "struct": (pa.struct([("x", pa.int64()), ("y", pa.string())]), lambda random: {"x": random.randrange(9), "y": "q"}),
}


@cache
def table(seed, rows=ROWS, names=tuple(KINDS), nulls=0.1):
    source = random.Random(seed)
    columns = {
        name: pa.array([None if source.random() < nulls else make(source) for _ in range(rows)], kind)
        for name, (kind, make) in KINDS.items()
        if name in names
    }
    return pa.table(columns)


@pytest.fixture
def files(tmp_path):
    """Writes each table as the library does; returns the paths."""

    def write(*tables, **style):
        folder = str(tmp_path / "in")
        return tuple(written(EncodeJob(folder, (), **style), [one])["files"][0]["path"] for one in tables)

    return write


def anew(tmp_path, paths, schema, **style):
    """The files as one, copied; and as one, decoded."""
    job = EncodeJob(str(tmp_path / "copied"), (), target_bytes=1 << 62, **style)
    found = kernel.copied(job, paths, schema)
    decoded = EncodeJob(str(tmp_path / "decoded"), (), target_bytes=1 << 62, **style)
    return found, merging._merged(MergeJob(decoded, paths, schema), decoded, pa.schema([]))


def chunks(path):
    metadata = pq.read_metadata(path)
    return [
        metadata.row_group(group).column(number)
        for group in range(metadata.num_row_groups)
        for number in range(metadata.num_columns)
    ]


@pytest.mark.parametrize("nulls", [0, 0.1])
@pytest.mark.parametrize("compression", ["zstd", "zstd:3", "snappy", "gzip", "none", "lz4", "brotli"])
def test_the_rows_are_those_of_decoding_in_every_reader(tmp_path, files, compression, nulls):
    tables = [table(seed, nulls=nulls) for seed in range(3)]
    paths = files(*tables, compression=compression)
    found, decoded = anew(tmp_path, paths, tables[0].schema, compression=compression)
    wanted = pa.concat_tables(tables)
    assert digest(pq.read_table(found["path"])) == digest(wanted)
    assert pq.read_schema(found["path"]).equals(pq.read_schema(decoded["path"]), check_metadata=True)
    assert pq.read_metadata(found["path"]).num_row_groups == 1
    assert found["rows"] == decoded["rows"] == wanted.num_rows
    mine, other = (
        duckdb.sql(f"FROM read_parquet('{one['path']}')").to_arrow_table().combine_chunks() for one in (found, decoded)
    )
    assert digest(mine) == digest(other)


def test_statistics_are_those_of_decoding_or_none(tmp_path, files):
    tables = [table(seed) for seed in range(3)]
    found, decoded = anew(tmp_path, files(*tables), tables[0].schema)
    stated = 0
    for mine, other in zip(chunks(found["path"]), chunks(decoded["path"]), strict=True):
        assert (mine.path_in_schema, mine.num_values) == (other.path_in_schema, other.num_values)
        assert mine.compression == other.compression
        if mine.statistics is None:
            continue
        assert mine.statistics.null_count == other.statistics.null_count
        if mine.statistics.has_min_max:
            assert (mine.statistics.min_raw, mine.statistics.max_raw) == (
                other.statistics.min_raw,
                other.statistics.max_raw,
            )
            stated += 1
    assert stated >= 14


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_columns_rows_and_styles(tmp_path, files, data):
    names = data.draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=6, unique=True))
    sizes = data.draw(st.lists(st.sampled_from([0, 1, 1_100, 1_500]), min_size=1, max_size=4).filter(any))
    style = {
        "compression": data.draw(st.sampled_from(["zstd", "snappy", "none"])),
        "delta": data.draw(st.booleans()),
        "row_group_bytes": data.draw(st.sampled_from([5_000, 50_000, 64 << 20])),
    }
    nulls = data.draw(st.sampled_from([0, 0.3, 1]))
    tables = [table(seed, size, tuple(names), nulls) for seed, size in enumerate(sizes)]
    found = merge(MergeJob(EncodeJob(str(tmp_path / "out"), (), **style), files(*tables, **style), tables[0].schema))
    whole = pa.concat_tables(tables)
    assert digest(pq.read_table(found["path"])) == digest(whole)
    assert found["rows"] == whole.num_rows


def test_pages_that_stand_alone_are_copied_and_dictionaries_are_made_one(tmp_path, files):
    tables = [table(seed, names=("wide", "text", "word")) for seed in range(3)]
    paths = files(*tables)
    found = kernel.copied(EncodeJob(str(tmp_path), ()), paths, tables[0].schema)
    new = Path(found["path"]).read_bytes()
    for number, chunk in enumerate(chunks(found["path"])):
        sources = [_bytes(chunks(path)[number], Path(path).read_bytes()) for path in paths]
        assert (_bytes(chunk, new) == b"".join(sources)) == (chunk.path_in_schema != "word")
        assert chunk.has_dictionary_page == (chunk.path_in_schema == "word")


def _bytes(chunk, content):
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    return content[start : start + chunk.total_compressed_size]


def test_row_groups_that_are_large_enough_are_copied_whole(tmp_path, files, monkeypatch):
    tables = [table(seed, names=("wide", "word")) for seed in range(2)]
    monkeypatch.setattr(kernel, "_decoded", None)
    style = EncodeJob(str(tmp_path), (), row_group_bytes=20_000)
    found = kernel.copied(style, files(*tables), tables[0].schema)
    metadata = pq.read_metadata(found["path"])
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [ROWS, ROWS]
    assert digest(pq.read_table(found["path"])) == digest(pa.concat_tables(tables))
    assert [chunk.statistics.has_min_max for chunk in chunks(found["path"])] == [True] * 4


@pytest.mark.parametrize(
    ("rows", "style", "options"),
    [
        (ROWS, {"sort_by": ("wide",)}, {}),
        (ROWS, {"cluster_by": ("wide",)}, {}),
        (ROWS, {"bloom_filters": ("wide",)}, {}),
        (ROWS, {"compression": "snappy"}, {}),
        (ROWS, {}, {"version": "1.0"}),
        (ROWS, {"delta": False}, {"column_encoding": {"wide": "DELTA_BINARY_PACKED"}, "use_dictionary": False}),
        (10, {}, {"use_dictionary": False}),
    ],
)
def test_others_are_decoded(tmp_path, rows, style, options):
    wide = table(1, rows, names=("wide",))
    path = str(tmp_path / "0.parquet")
    pq.write_table(wide, path, **{"compression": "zstd", **options})
    with pytest.raises(Unlike):
        kernel.copied(EncodeJob(str(tmp_path / "out"), (), **style), (path, path), wide.schema)
    assert list((tmp_path / "out").rglob("*")) == []
    assert merge(MergeJob(EncodeJob(str(tmp_path / "out"), (), **style), (path, path), wide.schema))["rows"] == 2 * rows


@pytest.mark.parametrize("other", [pa.int32(), pa.string()])
def test_files_with_other_columns_are_decoded(tmp_path, files, other):
    paths = files(pa.table({"n": pa.array(["1"] * 2_000)}), pa.table({"n": pa.array([1] * 2_000).cast(other)}))
    with pytest.raises(Unlike):
        kernel.copied(EncodeJob(str(tmp_path / "out"), ()), paths, pa.schema([("n", pa.int64())]))


def test_names_with_dots_and_of_all_letters(tmp_path, files):
    tables = [pa.table({"a": [{"b": seed}] * ROWS, "a.b": ["w"] * ROWS, "ü": range(ROWS)}) for seed in range(2)]
    found = merge(MergeJob(EncodeJob(str(tmp_path / "out"), ()), files(*tables), tables[0].schema))
    assert pq.read_table(found["path"]).to_pylist() == pa.concat_tables(tables).to_pylist()


@pytest.mark.parametrize("place", ["copied", "anew", "footer"])
def test_a_byte_that_flips_is_found(tmp_path, files, monkeypatch, place):
    tables = [table(seed, names=("wide", "word")) for seed in range(2)]
    paths = files(*tables)
    close, read, real = kernel._NewFile.close, kernel._read, Frame.footer

    def closed(new):
        close(new)
        new.file.flush()
        new.file.seek(100)
        new.file.write(b"\xff\x00\xff")

    def fewer(data, names, types):
        return read(data, names, types).slice(1)

    if place == "footer":
        monkeypatch.setattr(Frame, "footer", lambda frame, rows, groups: real(frame, rows - 1, groups))
    elif place == "copied":
        monkeypatch.setattr(kernel._NewFile, "close", closed)
    else:
        monkeypatch.setattr(kernel, "_read", _second(read, fewer))
    with pytest.raises(RunError) as caught:
        kernel.copied(EncodeJob(str(tmp_path / "out"), ()), paths, tables[0].schema)
    assert caught.value.code == "COMPACTION_DIFFERS"
    assert list((tmp_path / "out").rglob("*.parquet")) == []


def _second(first, second):
    """A function that is `first` when it is called first, and `second` from then on."""
    left = [first]
    return lambda *arguments: (left.pop() if left else second)(*arguments)


def test_a_file_that_was_damaged_before_is_found(tmp_path, files):
    tables = [table(seed, names=("wide", "word")) for seed in range(2)]
    paths = files(*tables)
    checksums = {path: crc32(path) for path in paths}
    assert kernel.copied(EncodeJob(str(tmp_path / "out"), ()), paths, tables[0].schema, checksums)["rows"] == 2 * ROWS
    content = bytearray(Path(paths[1]).read_bytes())
    content[100] ^= 1
    Path(paths[1]).write_bytes(content)
    with pytest.raises(RunError) as caught:
        merge(MergeJob(EncodeJob(str(tmp_path / "other"), ()), paths, tables[0].schema, checksums))
    assert caught.value.code == "FILE_DAMAGED"
    assert list((tmp_path / "other").rglob("*.parquet")) == []
