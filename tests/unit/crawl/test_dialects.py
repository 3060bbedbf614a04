"""How files are read: dialects, headers, encodings, compression, positions."""

from __future__ import annotations

import bz2
import gzip

import pytest

ROWS = [("id", "name", "note"), *((str(n), f"n{n}", "x" * (n % 4)) for n in range(1, 40))]


def text(delimiter=",", rows=ROWS):
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "\x01", "~", "^"])
def test_the_delimiter_is_seen(draft, file, delimiter):
    made = draft(file("a.txt", text(delimiter)))
    assert made.source["delimiter"] == delimiter
    assert list(made.types.values()) == ["int", "string", "string"]
    assert made.refused() == (39, {})


def test_a_comma_within_fields_is_no_delimiter(draft, file):
    made = draft(file("a.tsv", "a\tb\n" + "1\tx,y\n" * 3))
    assert made.source["delimiter"] == "\t"
    assert made.types == {"a": "int", "b": "string"}


@pytest.mark.parametrize(
    ("name", "content", "stated"),
    [
        ("quoted", 'id,t\n1,"a,b"\n2,"say ""hi"""\n', {}),
        ("single quotes", "id,t\n1,'a,b'\n2,'c'\n3,'d,e'\n", {"quote": "'"}),
        ("no quotes", 'id|t\n1|5" pipe\n2|"\n3|x"y\n4|"a\n', {"delimiter": "|", "quote": ""}),
        ("escape", 'id,t\n1,"say \\"hi\\", she said"\n2,"b"\n', {"escape": "\\"}),
        ("several lines", 'id,t\n1,"x\ny"\n2,"z"\n', {"multiline": True}),
        ("comment", "# made by hand\nid,t\n1,a\n# so far\n2,b\n3,c\n", {"comment": "#"}),
        ("preamble", "Report of today\n\nid,t\n1,a\n2,b\n3,c\n", {"skip_lines": 2}),
        ("crlf", "id,t\r\n1,a\r\n2,b\r\n", {}),
        ("mark", "\ufeffid,t\n1,a\n2,b\n", {}),
        ("no last line end", "id,t\n1,a\n2,b", {}),
        ("one column", "id\n1\n2\n3\n", {}),
    ],
)
def test_dialects(draft, file, name, content, stated):
    made = draft(file("a.csv", content))
    assert made.source == {"type": "csv", **stated}
    assert next(iter(made.types)) == "id"
    assert made.types["id"] == "int"
    assert made.refused()[1] == {}


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("1,Ann\n2,Bob\n3,Cy\n", ["column_1", "column_2"]),
        ("2024-01-01,x\n2024-01-02,y\n", ["column_1", "column_2"]),
        ("a@example.com,Ann\nb@example.com,Bob\n", ["column_1", "column_2"]),
        ("red,big\nblue,small\nred,small\nred,big\n", ["column_1", "column_2"]),
        ("colour,size\nblue,small\nred,small\nred,big\n", ["colour", "size"]),
    ],
)
def test_headers_are_told_from_data(draft, file, content, names):
    made = draft(file("a.csv", content))
    assert list(made.types) == names
    assert ("header" in made.source) == names[0].startswith("column")
    assert made.refused() == (content.count("\n") - (not names[0].startswith("column")), {})


@pytest.mark.parametrize("header", ["a,a", "1st,2nd", "_mesh_row,b", ",b", "Größe,b", "a b,a_b", "ID,id", "名前,b"])
def test_any_header_becomes_names_that_load_and_run(draft, file, header):
    made = draft(file("a.csv", f"{header}\n1,2\n3,4\n"))
    assert len(made.contract.schema) == 2
    assert made.refused()[1] == {}


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("cp1252", "cp1252")],
)
def test_encodings(draft, file, encoding, stated):
    made = draft(
        file("a.csv", text(rows=[*ROWS, ("40", "Jürgen", "€" if encoding != "latin-1" else "")]).encode(encoding))
    )
    assert made.source.get("encoding") == stated
    assert made.refused() == (40, {})
    assert any("supposed, not proven" in note for note in made.found.notes) == (encoding == "cp1252")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_packed_files_are_read_whatever_they_are_called(draft, file, pack):
    made = draft(file("a.csv", pack(text().encode())))
    assert list(made.types.values()) == ["int", "string", "string"]
    assert made.refused() == (39, {})


def test_fixed_width(draft, file):
    lines = [f"{n:>6} {'Ann' if n % 2 else 'Roberta':<8}  2024-01-{n:02}  {n * 1.5:8.2f}" for n in range(1, 20)]
    made = draft(file("a.txt", "\n".join(lines) + "\n"))
    assert made.source["type"] == "fixed_width"
    assert list(made.types.values()) == ["int", "string", "date", "decimal(18,2)"]
    assert made.refused() == (19, {})


def test_fixed_width_with_a_header(draft, file):
    lines = [f"{'id':>6} {'name':<8} {'day':<10}"] + [f"{n:>6} {'Ann':<8} 2024-01-{n:02}" for n in range(1, 20)]
    made = draft(file("a.fwf", "\n".join(lines) + "\n"))
    assert made.types == {"id": "int", "name": "string", "day": "date"}
    assert made.refused() == (19, {})
