"""Many small files are read as one text, and say what each of them says alone."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.json.reader import JsonReader
from mesh_etl.kernels.text import blocks, small_files
from mesh_etl.kernels.text.csv import CsvReader
from mesh_etl.kernels.work import BundleReader, WorkItem
from mesh_etl.stores import LOCAL, InputFile

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LINES = [b"1,x", b'2,"y, z"', b"", b"1", b'"', b'x,"y', b"\xff,\xfe", b"a\rb,c", b'"a"b,c', b",,,,", b"\r", b"n,\\"]


def outcome(parsed):
    """What was parsed, by item: rows with their records and places, rejects, and the counts."""
    found = {}
    for one in parsed:
        places = one.locate(range(one.batch.num_rows))
        rows = list(zip(one.batch.to_pylist(), one.records.tolist(), places, strict=True))
        rejects = [placed(reject, one) for reject in one.rejects]
        for share in one.shares:
            mine = found.setdefault(share.item, ([], [], [0, 0, 0]))
            mine[0].extend(rows[: share.rows])
            mine[1].extend(rejects[: share.rejects])
            mine[2][0] += share.read
            mine[2][1] += share.lines
            mine[2][2] += share.ignored
            assert share.read == share.rows + share.rejects
            rows, rejects = rows[share.rows :], rejects[share.rejects :]
        assert (rows, rejects) == ([], [])
    return found


def placed(reject, parsed):
    """The reject with the cells that could be typed, instead of where the block has them."""
    cells = None if reject.row < 0 else parsed.spoiled.slice(reject.row, 1).to_pylist()
    return reject._replace(row=cells)


def alone(reader, item):
    """The outcome of one item as `parse` has it."""
    rows, rejects, counts = [], [], [0, 0, 0]
    before = 0
    for one in reader.parse(item):
        places = one.locate(range(one.batch.num_rows))
        rows += zip(one.batch.to_pylist(), one.records.tolist(), places, strict=True)
        rejects += [placed(reject, one) for reject in one.rejects]
        counts[0] += one.read
        counts[1] += one.lines
        counts[2] += one.ignored
        before += one.lines
    return rows, rejects, counts


@pytest.fixture(scope="session")
def put(tmp_path_factory):
    """Makes work items of files with these contents."""
    folder = tmp_path_factory.mktemp("bundles")

    def items(reader, contents, constants=()):
        made = []
        for number, content in enumerate(contents):
            path = folder / str(number)
            path.write_bytes(content)
            file = InputFile(str(path), len(content), "v", LOCAL, constants)
            [(start, end)] = reader.split(file) or [(0, 0)]
            header = reader.head(file)[0] if hasattr(reader, "head") else ()
            made.append(WorkItem(number + 5, "source", file, start, end, header))
        return made

    return items


@given(
    files=st.lists(
        st.tuples(
            st.sampled_from([b"a,b", b"a,b", b"\xef\xbb\xbfa,b", b"b,a"]),
            st.lists(st.sampled_from(LINES), max_size=5),
            st.sampled_from([b"", b"\n", b"\r\n"]),
            st.sampled_from([bytes, bytes, gzip.compress]),
        ),
        max_size=8,
    ),
    dialect=st.sampled_from(
        [{}, {"multiline": True}, {"escape": "\\"}, {"escape": "\\", "multiline": True}, {"comment": "1"}]
    ),
    block=st.sampled_from([1, 20, 1 << 20]),
    small=st.sampled_from([10, 1 << 20]),
)
@SETTINGS
def test_a_bundle_says_what_its_files_say_alone(schema, put, files, dialect, block, small):
    reader = CsvReader(schema("a string, b string"), **dialect)
    contents = [pack(b"\n".join([header, *lines]) + end) for header, lines, end, pack in files]
    items = put(reader, contents)
    wanted = {item.number: alone(reader, item) for item in items}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block)
        patch.setattr(small_files, "SMALL_BYTES", small)
        assert outcome(reader.bundles(items)) == wanted


OBJECTS = [
    b'{"a":1}',
    b'{"a":"x"}',
    b'{"a":2,"b":3}',
    b"",
    b"\r",
    b"[1]",
    b'{"a":"\xff"}',
    b"{",
    b' {"a":3} \r',
    b"null",
    b"{}",
]


@given(
    files=st.lists(
        st.tuples(
            st.sampled_from([b"", b"", b"\xef\xbb\xbf"]),
            st.lists(st.sampled_from(OBJECTS), max_size=5),
            st.sampled_from([b"", b"\n", b"\r\n", b"\r"]),
            st.sampled_from([bytes, bytes, gzip.compress]),
        ),
        max_size=8,
    ),
    extra_ignored=st.booleans(),
    block=st.sampled_from([1, 20, 1 << 20]),
    small=st.sampled_from([10, 1 << 20]),
)
@SETTINGS
def test_a_bundle_of_json_says_what_its_files_say_alone(schema, put, files, extra_ignored, block, small):
    reader = JsonReader(schema("a int"), extra_ignored=extra_ignored)
    items = put(reader, [pack(begin + b"\n".join(lines) + end) for begin, lines, end, pack in files])
    wanted = {item.number: alone(reader, item) for item in items}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block)
        patch.setattr(small_files, "SMALL_BYTES", small)
        assert outcome(reader.bundles(items)) == wanted


def test_the_readers_can_read_bundles(schema):
    assert isinstance(CsvReader(schema("a int")), BundleReader)
    assert isinstance(JsonReader(schema("a int")), BundleReader)


def test_small_files_are_parsed_in_one_call(schema, put):
    reader = CsvReader(schema("a int, b string"))
    items = put(reader, [b"a,b\n1,x\n", b"a,b\n", b"a,b\nz,y\n2,z", b"a,b\n\n3,w\n"])
    [parsed] = reader.bundles(items)
    assert parsed.batch.to_pydict() == {"a": [1, 2, 3], "b": ["x", "z", "w"]}
    assert [(one.item, one.rows, one.rejects, one.read, one.lines) for one in parsed.shares] == [
        (5, 1, 0, 1, 1), (6, 0, 0, 0, 0), (7, 1, 1, 2, 1), (8, 1, 0, 1, 2)
    ]  # fmt: skip
    assert [(one.record, one.place.line) for one in parsed.rejects] == [(0, 1)]
    assert [place.line for place in parsed.locate([0, 1, 2])] == [1, 2, 2]


def test_constants_of_files_are_values_of_their_rows(schema, put):
    reader = CsvReader(schema("a int, day date, region string"))
    items = put(reader, [b"a\n1\n2\n"], (("day", "2024-02-29"), ("region", None)))
    [parsed] = reader.bundles(items)
    assert [tuple(row.values()) for row in parsed.batch.to_pylist()] == [
        (1, parsed.batch["day"][0].as_py(), None), (2, parsed.batch["day"][0].as_py(), None)
    ]  # fmt: skip
    assert str(parsed.batch["day"][0]) == "2024-02-29"
    [parsed] = reader.bundles(put(reader, [b"a\n1\n"], (("day", "2023-02-29"),)))
    assert [(why.rule, why.column) for why in parsed.rejects[0].violations] == [("DATE_FORMAT", "day")]
