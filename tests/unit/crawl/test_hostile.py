"""Whatever is there: a draft, or an error with a code; never a traceback, a value, or more than a bounded look."""

from __future__ import annotations

import json
import os
import tracemalloc
import zipfile

import pytest

from mesh_etl.crawl import crawl
from mesh_etl.crawl.reach import FILES, OCTETS
from mesh_etl.errors import ConfigError, MeshError

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "SAMPLE_EMPTY"),
        ("a.csv", b"a,b\n", "SAMPLE_EMPTY"),
        ("a.csv", b"\n\n\n", "SAMPLE_EMPTY"),
        ("a.csv", b"\xef\xbb\xbf", "SAMPLE_EMPTY"),
        ("a.csv", b'"a\nb",c\n1,2\n', "HEADER_UNREADABLE"),
        ("a.csv", bytes(range(256)) * 99, "NOT_TEXT"),
        ("a.csv", b"\x7fELF" + b"\0\1\2\3\4\5" * 99, "NOT_TEXT"),
        ("a.csv", b"\x1f\x8b\x08" + b"s3cr3t" * 9, "COMPRESSION_BROKEN"),
        ("a.csv", b"\xfd7zXZ\0s3cr3t", "NOT_THIS_FORMAT"),
        ("a.json", b"{", "SAMPLE_UNREADABLE"),
        ("a.json", b'{"a": s3cr3t}\n', "SAMPLE_UNREADABLE"),
        ("a.json", b"[1]\n", "SAMPLE_UNREADABLE"),
        ("a.json", b"[]", "SAMPLE_EMPTY"),
        ("a.json", b"5\n", "SAMPLE_UNREADABLE"),
        ("a.json", b"[" * 100_000, "SAMPLE_EMPTY"),
        ("a.json", b"[1, 2]\n", "SAMPLE_UNREADABLE"),
        ("a.parquet", b"PAR1 s3cr3t PAR1", "NOT_THIS_FORMAT"),
        ("a.orc", b"ORC s3cr3t", "NOT_THIS_FORMAT"),
        ("a.avro", b"Obj\x01 s3cr3t", "NOT_THIS_FORMAT"),
        ("a.xlsx", b"PK\x03\x04 s3cr3t", "SAMPLE_FORMAT"),
        ("a.xml", b"<a><b>", "SAMPLE_EMPTY"),
        ("a.xml", b"<a><b></a>", "SAMPLE_UNREADABLE"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x "s3cr3t">]><a><b>&x;</b><b/></a>', "ENTITY_REFUSED"),
        ("a.xml", b"<a>" * 1000, "SAMPLE_UNREADABLE"),
        ("a.xml", b"<a>s3cr3t</a>", "SAMPLE_EMPTY"),
        ("a.fwf", b"s3cr3t\ns3cr3t\n", "SAMPLE_FORMAT"),
    ],
)
def test_what_tells_nothing_is_a_fault(draft, file, name, content, code):
    with pytest.raises(MeshError) as raised:
        draft(file(name, content))
    assert raised.value.code == code
    assert SECRET not in str(raised.value)


def test_an_archive_says_so(draft, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.csv", "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    with pytest.raises(ConfigError, match="zip archive"):
        draft(tmp_path / "a.csv")


@pytest.mark.parametrize("content", ["id\n1\n", "1\n", "1,2", "id,name\n1,Ann", ",\n,\n", "a,b\n,\n"])
def test_next_to_nothing_is_drafted_all_the_same(draft, file, content):
    made = draft(file("a.csv", content))
    assert made.refused()[1] == {}


def test_two_thousand_columns(file):
    header = ",".join(f"c{n}" for n in range(2000))
    row = ",".join(str(n) for n in range(2000))
    found = crawl([str(file("a.csv", f"{header}\n" + f"{row}\n" * 20))])
    assert len(found.columns) == 2000
    assert {one.type.ddl() for one in found.columns} == {"int"}
    assert found.refused_rows == 0


def test_mixed_encodings_are_told_by_file(draft, file):
    file("in/a.csv", "id,n\n1,ä\n")
    path = file("in/b.csv", "id,n\n2,ä\n".encode("cp1252"))
    with pytest.raises(ConfigError) as raised:
        draft(path.parent)
    assert raised.value.code == "MIXED_ENCODINGS"
    assert "a.csv: utf-8, b.csv: cp1252" in str(raised.value)


def test_files_of_plain_ascii_go_with_any_encoding(draft, file):
    file("in/a.csv", "id,n\n1,x\n")
    made = draft(file("in/b.csv", "id,n\n2,ä\n".encode("cp1252")).parent)
    assert made.source["encoding"] == "cp1252"
    assert made.refused() == (2, {})


def test_mixed_formats_are_told_by_file(draft, file):
    file("in/a.csv", "id\n1\n")
    with pytest.raises(ConfigError) as raised:
        draft(file("in/b.json", '{"id": 1}\n').parent)
    assert raised.value.code == "MIXED_FORMATS"


def test_empty_files_among_others_are_told(draft, file):
    file("in/a.csv", "")
    made = draft(file("in/b.csv", "id\n1\n").parent)
    assert any(note.startswith("1 of the files are empty") for note in made.found.notes)


def test_bytes_that_are_no_text_cost_their_row_alone(draft, file):
    lines = [b"id,n", *(b"%d,x" % n for n in range(3000)), b"3001,\xff", b"3002,\xc3\xa4"]
    path = file("a.csv", b"\n".join(lines) + b"\n")
    made = draft(path)
    assert made.source.get("encoding") in (None, "cp1252")
    assert made.found.read == 3002


def test_long_cells_and_deep_values(draft, file):
    made = draft(file("a.csv", f"id,t\n1,{'x' * 200_000}\n2,y\n"))
    assert made.refused() == (2, {})
    deep = json.dumps({"id": 1}).replace("1", "[" * 50 + "1" + "]" * 50)
    assert draft(file("b.json", deep + "\n")).refused() == (1, {})


def test_ten_thousand_files_are_looked_at_here_and_there(draft, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number:05}.csv").write_text(f"id,day\n{number},2024-01-01\n")
    found = draft(folder).found
    assert (found.files, found.looked_at, found.read) == (10_000, FILES, FILES)
    assert not found.complete


def test_a_file_of_gigabytes_is_looked_at_in_places(draft, tmp_path):
    path = tmp_path / "a.csv"
    line = b"12345678,2024-01-31,some words that fill the line up\n"
    block = line * 20_000
    with path.open("wb") as file:
        file.write(b"id,day,note\n" + block)
        file.seek(4 << 30)  # a hole of zeros costs nothing on disk; the middle is written where it is looked at
        for at in range(1, 9):
            file.seek(at * (4 << 30) // 8 - 5 * len(block))
            file.write(b"\n" + block * 10)
        size = file.tell()
    os.truncate(path, size)
    tracemalloc.start()
    found = draft(path).found
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.octets > 4 << 30
    assert 50_000 < found.read < 2_000_000
    assert not found.complete
    assert peak < 8 * OCTETS


def test_the_tail_is_looked_at_as_well_as_the_head(draft, file):
    lines = [f"{n},{n}" for n in range(400_000)]
    lines[-2] = "3999999999,x"
    made = draft(file("a.csv", "\n".join(["id,v", *lines]) + "\n"), rows=5000)
    assert made.types == {"id": "bigint", "v": "string"}
    assert "a.csv:400000 does not" in made.text
    assert made.found.read < 20_000


@pytest.mark.parametrize("rows", [1, 2, 10])
def test_few_rows_are_enough(draft, file, rows):
    made = draft(file("a.csv", "id,v\n" + "".join(f"{n},x{n}\n" for n in range(50_000))), rows=rows)
    assert made.types == {"id": "int", "v": "string"}


def test_a_record_that_begins_like_a_comment_is_a_record(draft, file):
    made = draft(file("a.csv", "id,n\n" + "".join(f"{'#' if n == 7 else ''}{n},x\n" for n in range(40))))
    assert "comment" not in made.source
    assert made.refused() == (40, {})


def test_objects_in_s3_are_drafted_from_in_ranges(draft, s3):
    body = "id,n\n" + "".join(f"{n},x{n}\n" for n in range(200_000))
    for key in ("in/a.csv", "in/b.csv"):
        s3.put_object(Bucket="lake", Key=key, Body=body.encode())
    made = draft("s3://lake/in/*.csv", rows=3000)
    assert made.types == {"id": "int", "n": "string"}
    assert made.job["source"]["path"] == "s3://lake/in/*.csv"
    assert made.found.read < 30_000
    with pytest.raises(ConfigError) as raised:
        draft("s3://lake/nowhere")
    assert raised.value.code == "SAMPLE_MISSING"
