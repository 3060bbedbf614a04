"""Objects in an array, or one after the other, mean the same however the file is cut into pieces."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.errors import RunError
from mesh_etl.kernels.json import reader as json_kernel
from mesh_etl.kernels.json.keys import steps
from mesh_etl.kernels.json.reader import JsonReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIZES = st.integers(1, 60)
TEXTS = st.text('ab \\"{}[],:/\n\té€😀', max_size=8)
OBJECTS = st.lists(
    st.fixed_dictionaries(
        {
            "a": st.none() | TEXTS,
            "n": st.lists(TEXTS, max_size=3),
            "m": st.dictionaries(TEXTS, TEXTS, max_size=2),
        }
    ),
    max_size=8,
)
COLUMNS = "a string, n array<string>, m map<string,string>"


def read(see, reader, content, size=1 << 20):
    """What the reader sees in pieces of this size, or the code of the file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_kernel, "BLOCK_BYTES", size)
        try:
            seen = see(reader, content)
        except RunError as error:
            return error.code
    return seen.rows, seen.lines, seen.rejects


@given(rows=OBJECTS, indent=st.sampled_from([None, 0, 2]), ascii_=st.booleans(), size=SIZES)
@SETTINGS
def test_an_array_reads_back_however_it_is_cut(schema, see, rows, indent, ascii_, size):
    reader = JsonReader(schema(COLUMNS), layout="array", array="data.items")
    content = json.dumps({"x": [rows], "data": {"items": rows, "n": 1}}, indent=indent, ensure_ascii=ascii_).encode()
    whole = read(see, reader, content)
    assert whole[0] == [{**row, "m": list(row["m"].items())} for row in rows]
    assert read(see, reader, content, size) == whole


@given(rows=OBJECTS, indent=st.sampled_from([None, 0, 2]), between=st.sampled_from(["", " ", "\n\n"]), size=SIZES)
@SETTINGS
def test_documents_read_back_however_they_are_cut(schema, see, rows, indent, between, size):
    reader = JsonReader(schema(COLUMNS), layout="documents")
    content = between.join(json.dumps(row, indent=indent) for row in rows).encode()
    whole = read(see, reader, content)
    assert whole[0] == [{**row, "m": list(row["m"].items())} for row in rows]
    assert read(see, reader, content, size) == whole


@given(text=st.text('{}[],:"\\ \n1a', max_size=40), layout=st.sampled_from(["array", "documents"]), size=SIZES)
@SETTINGS
def test_any_text_has_one_verdict_however_it_is_cut(schema, see, text, layout, size):
    reader = JsonReader(schema("a string"), extra_ignored=True, layout=layout)
    content = (f"[{text}]" if layout == "array" else text).encode()
    assert read(see, reader, content, size) == read(see, reader, content)


@given(rows=OBJECTS.filter(bool), cut=st.integers(1, 200))
@SETTINGS
def test_an_array_that_is_cut_off_gives_no_rows(schema, see, rows, cut):
    content = json.dumps(rows).encode()
    reader = JsonReader(schema(COLUMNS), layout="array")
    assert read(see, reader, content[: max(0, len(content) - cut)]) == "TRUNCATED"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "TRUNCATED"),
        (b"  ", "TRUNCATED"),
        (b"3", "RECORDS_MISSING"),
        (b'{"a":[]}', "RECORDS_MISSING"),
        (b'[{"a":"x"}}', "NOT_THIS_FORMAT"),
        (b"[]]", "TRAILING_CONTENT"),
        (b"[] []", "TRAILING_CONTENT"),
    ],
)
def test_a_file_that_is_no_array_is_refused(schema, see, content, code):
    assert read(see, JsonReader(schema("a string"), layout="array"), content) == code


def test_an_element_longer_than_a_record_may_be_is_refused(schema, see, monkeypatch):
    monkeypatch.setattr("mesh_etl.kernels.json.scan.RECORD_BYTES", 100)
    monkeypatch.setattr("mesh_etl.kernels.json.envelope.RECORD_BYTES", 100)
    monkeypatch.setattr("mesh_etl.kernels.json.envelope._FIRST_BYTES", 10)
    long = b'{"a":"' + b"x" * 200 + b'"}'
    array = JsonReader(schema("a string"), layout="array")
    assert read(see, array, b"[" + long + b"]", 10) == "RECORD_TOO_LONG"
    assert read(see, array, b"[" + b" " * 200, 10) == "RECORD_TOO_LONG"
    assert read(see, array, b"[]" + b" " * 200, 10) == "RECORD_TOO_LONG"
    assert read(see, JsonReader(schema("a string"), layout="documents"), long, 10) == "RECORD_TOO_LONG"


def test_records_with_unknown_keys_are_counted_when_they_are_ignored(schema, tmp_path):
    path = tmp_path / "in.json"
    path.write_bytes(b'{"a":"x","b":1}\n{"a":"y"}\n{"c":1}\n')
    reader, file = JsonReader(schema("a string"), extra_ignored=True), LOCAL.pin(str(path))
    (parsed,) = reader.parse(WorkItem(0, "source", file, 0, file.size))
    assert (parsed.read, parsed.batch.num_rows, parsed.ignored) == (3, 3, 2)


@pytest.mark.parametrize(
    ("path", "keys"),
    [("", ()), ("a", ("a",)), ("a.b", ("a", "b")), (r"a\.b.c", ("a.b", "c")), ("a..b", ("a", "", "b"))],
)
def test_a_path_is_its_keys(path, keys):
    assert steps(path) == keys
