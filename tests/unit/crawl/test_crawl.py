"""What is drafted from files of each kind."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from decimal import Decimal

import fastavro
import openpyxl
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

CSV = """\
orderKey,Account No,Status,price,ratio,ordered,at,naive,open,note
1,007,O,1.50,0.1,2024-01-31,2024-01-31T09:30:00Z,2024-01-31 09:30:00,true,
2,008,NA,12.25,1e3,2024-02-29,2024-01-31T09:30:00+01:00,2024-01-31 09:30:00.5,false,x
3,009,F,NA,2,,2024-01-31T09:30:00Z,2024-01-31 09:30:00,true,y
"""


def test_csv_gives_the_types_that_the_cells_prove(draft, file):
    made = draft(file("orders.csv", CSV))
    assert made.types == {
        "order_key": "int", "account_no": "string", "status": "string", "price": "decimal(18,2)", "ratio": "double",
        "ordered": "date", "at": "timestamp", "naive": "timestamp_ntz", "open": "boolean", "note": "string",
    }  # fmt: skip
    assert made.contract.primary_key == ("order_key",)
    assert made.contract.odcs.team.name == "web team"
    required = {column.name for column in made.contract.columns if column.required}
    # NA stands for no price, so it stands for no status either: a source has one list of such words.
    assert required == {"order_key", "account_no", "ratio", "at", "naive", "open"}
    assert made.source == {
        "type": "csv", "nulls": ["", "NA"], "columns": {
            "order_key": "orderKey", "account_no": "Account No", "status": "Status", "price": "price",
            "ratio": "ratio", "ordered": "ordered", "at": "at", "naive": "naive", "open": "open", "note": "note",
        },
    }  # fmt: skip
    assert made.refused() == (3, {})


def test_the_evidence_stands_beside_the_columns(draft, file):
    text = draft(file("orders.csv", CSV)).text
    assert "- name: price  # 3 rows: 1 missing, 2 different" in text
    assert "- name: order_key  # 3 rows: none missing, 3 different" in text


def test_the_row_that_decided_is_named_and_its_value_is_not(draft, file):
    lines = [f"{n},{n}" for n in range(1, 2000)]
    lines[16] = "17,secret word"
    lines[30] = "3000000000,31"
    made = draft(file("a.csv", "\n".join(["big,word", *lines]) + "\n"))
    assert made.types == {"big": "bigint", "word": "string"}
    assert "# bigint: 1,998 of 1,999 fit int; a.csv:32 does not" in made.text
    assert "# string: 1,998 of 1,999 fit int; a.csv:18 does not" in made.text
    assert "secret" not in made.text


@pytest.mark.parametrize(
    ("cells", "spelling"),
    [
        (["01", "2"], "string"),
        (["2147483647", "1"], "int"),
        (["2147483648", "1"], "bigint"),
        (["9223372036854775808", "1"], "decimal(38,0)"),
        (["1" * 39, "1"], "string"),
        (["1.5", "1.25"], "double"),
        (["1.5", "2"], "double"),
        (["0.10", "-3.20"], "decimal(18,2)"),
        (["12345678901234567.12", "0.10"], "decimal(38,2)"),
        (["0.12345678901234567890", "1.5"], "string"),
        (["0.123456789012345678", "1.5"], "decimal(38,18)"),
        (["+1", "2"], "string"),
        (["2024-02-30", "2024-02-28"], "string"),
        (["2024-01-31 25:00:00", "2024-01-31 01:00:00"], "string"),
        (["True", "False"], "boolean"),
        (["Y", "N"], "boolean"),
        (["Y", "Y"], "string"),
        (["0", "1"], "int"),
        (["", ""], "string"),
        (["NA", "x"], "string"),
        (["NaN", "1"], "int"),
        (["31.01.2024", "01.02.2024"], "date"),
        (["1.2.2024", "31.12.2024"], "date"),
        (["01.2.2024", "31.12.2024", "5.06.2024"], "string"),
        (["01/31/2024", "02/01/2024"], "date"),
        (["01/02/2024", "02/01/2024"], "string"),
        (["31 Jan 2024", "01 Feb 2024"], "date"),
        (["31.01.2024 09:30", "01.02.2024 10:00"], "timestamp_ntz"),
        (["2024-01-31 09:30+01:00", "2024-02-01 10:00Z"], "timestamp"),
        (['"1,5"', '"2,25"'], "double"),
        (['"1.234,50"', '"2,25"'], "decimal(18,2)"),
        (['"1,234,567"', '"12"'], "int"),
        (['"1,234"', '"5,678"'], "string"),
        (["0x1F", "2"], "string"),
        (["1_000", "2"], "string"),
        (["٣", "2"], "string"),
        ([" 5", "6"], "string"),
    ],
)
def test_types_of_text(draft, file, cells, spelling):
    made = draft(file("a.csv", "a,z\n" + "".join(f"{cell},z\n" for cell in cells)))
    assert made.types["a"] == spelling
    assert made.refused() == (len(cells), {})


def test_what_cannot_be_decided_is_text_with_a_note(draft, file):
    made = draft(file("a.csv", 'day,amount\n01/02/2024,"1,234"\n02/01/2024,"5,678"\n'))
    assert made.types == {"day": "string", "amount": "string"}
    assert any("day: days and months look alike" in note for note in made.found.notes)
    assert any("amount: is it a decimal mark" in note for note in made.found.notes)


def test_time_of_day_is_text_with_its_logical_type(draft, file):
    made = draft(file("a.csv", "a,b\n09:30:00,1\n23:59:59.5,2\n"))
    assert made.contract.column("a").logical_type == "time"
    assert made.refused() == (2, {})


def test_a_column_without_values_is_optional_text(draft, file):
    made = draft(file("a.csv", "a,b\n1,\n2,\n"))
    assert made.types == {"a": "int", "b": "string"}
    assert not made.contract.column("b").required


def test_json_keeps_its_types(draft, file):
    rows = [
        {"id": 1, "zip": "01", "n": 1, "tags": ["a"], "at": "2024-01-31T09:30:00Z", "o": {"x": 1, "y": [1.5]}},
        {"id": 2, "zip": "2", "n": 1.5, "tags": [], "at": None, "o": {"x": 2}, "mixed": 1},
    ]
    made = draft(file("a.ndjson", "\n".join(map(json.dumps, rows)) + "\n"))
    assert made.types == {
        "id": "int", "zip": "string", "n": "double", "tags": "array<string>", "at": "timestamp",
        "o": "struct<x:int,y:array<double>>", "mixed": "int",
    }  # fmt: skip
    assert made.contract.primary_key == ("id",)
    assert not made.contract.column("mixed").required
    assert made.source == {"type": "json"}
    assert made.refused() == (2, {})


ROWS = [{"id": n, "name.x": "a", "who": {"name": None if n % 2 else "b"}} for n in range(30)]


@pytest.mark.parametrize(
    ("name", "content", "source"),
    [
        ("a.json", json.dumps(ROWS, indent=1), {"layout": "array"}),
        (
            "a.json",
            json.dumps({"meta": {"page": 1}, "data": {"items": ROWS}}),
            {"layout": "array", "records": "data.items"},
        ),
        ("a.json", "\n".join(json.dumps(row, indent=2) for row in ROWS), {"layout": "documents"}),
        ("a.json", "\n".join(map(json.dumps, ROWS)), {}),
        ("a.dat", "\n".join(map(json.dumps, ROWS)), {}),
        ("a.json.gz", gzip.compress("\n".join(map(json.dumps, ROWS)).encode()), {}),
        ("a.json", ("\ufeff" + "\n".join(map(json.dumps, ROWS))).encode(), {}),
        ("a.json", "\n".join(map(json.dumps, ROWS)).encode("utf-16"), {"encoding": "utf-16"}),
    ],
)
def test_json_layouts(draft, file, name, content, source):
    made = draft(file(name, content))
    columns = {"id": "id", "name_x": r"name\.x", "who": "who"}
    assert made.source == {"type": "json", **source, "columns": columns}
    assert made.types == {"id": "int", "name_x": "string", "who": "struct<name:string>"}
    assert made.refused() == (30, {})


def test_objects_with_ever_new_keys_are_maps(draft, file):
    rows = [{"id": n, "counts": {f"k{n}": n, f"k{n + 1}": 1}} for n in range(60)]
    made = draft(file("a.ndjson", "\n".join(map(json.dumps, rows))))
    assert made.types == {"id": "int", "counts": "map<string,int>"}
    assert made.refused() == (60, {})


def test_lines_that_are_no_json_are_counted_with_their_place(draft, file):
    lines = [json.dumps({"id": n}) for n in range(20)]
    lines[0], lines[7], lines[9] = "{broken", "[1]", '{"id":'
    made = draft(file("a.json", "\n".join(lines)))
    assert made.types == {"id": "int"}
    assert "# 3 of 20 sampled rows do not fit it:" in made.text
    assert "#   NOT_JSON: 2, first a.json:1" in made.text


def test_names_and_values_that_json_alone_has(draft, file):
    row = {
        "o": {"a b": 1, "c.d": [], "E": None, "a,b:c>": {"x y": 3}},
        "m": {"": 2, "`": 3},
        "empty": {},
        "none": None,
        "list": [[]],
    }
    made = draft(file("a.json", f"{json.dumps(row)}\n" * 3))
    assert made.types["empty"] == "map<string,string>"
    assert made.types["m"] == "map<string,int>"
    assert made.types["list"] == "array<array<string>>"
    assert made.refused() == (3, {})


COLUMNS = {
    "id": pa.array([1, 2], pa.int32()),
    "Price": pa.array([Decimal("1.10"), None], pa.decimal128(12, 2)),
    "day": pa.array([date(2024, 1, 31)] * 2),
    "at": pa.array([datetime(2024, 1, 31)] * 2, pa.timestamp("us", "UTC")),
    "naive": pa.array([datetime(2024, 1, 31)] * 2, pa.timestamp("ms")),
    "word": pa.array(["x", "x"]).dictionary_encode(),
    "tags": pa.array([["x"], []]),
    "o": pa.array([{"x": 1}, {"x": 2}]),
    "big": pa.array([1, 2], pa.uint64()),
    "raw": pa.array([b"x", b"y"]),
}


def test_parquet_states_its_types(draft, tmp_path):
    pq.write_table(pa.table(COLUMNS), tmp_path / "a.parquet")
    made = draft(tmp_path / "a.parquet")
    assert made.types == {
        "id": "int", "price": "decimal(12,2)", "day": "date", "at": "timestamp", "naive": "timestamp_ntz",
        "word": "string", "tags": "array<string>", "o": "struct<x:bigint>", "big": "decimal(20,0)", "raw": "binary",
    }  # fmt: skip
    assert made.contract.primary_key == ("id",)
    assert not made.contract.column("price").required
    assert made.refused() == (2, {})


def test_a_column_of_a_type_that_no_contract_has_is_left_out_with_a_note(draft, tmp_path):
    pq.write_table(
        pa.table({"id": [1], "gap": pa.array([5], pa.duration("s")), "none": pa.nulls(1)}), tmp_path / "a.parquet"
    )
    made = draft(tmp_path / "a.parquet")
    assert made.types == {"id": "bigint", "none": "string"}
    assert any("gap: duration[s] is no type of a contract" in note for note in made.found.notes)
    assert made.refused() == (1, {})


def test_orc_states_its_types(draft, tmp_path):
    orc.write_table(pa.table({key: COLUMNS[key] for key in ("id", "Price", "day", "tags", "o")}), tmp_path / "a.orc")
    made = draft(tmp_path / "a.orc")
    assert made.types["price"] == "decimal(12,2)"
    assert made.refused() == (2, {})


def test_avro_states_its_types(draft, tmp_path):
    fields = [
        {"name": "id", "type": "long"},
        {"name": "Name", "type": ["null", "string"]},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
    ]
    rows = [{"id": n, "Name": None if n % 2 else "x", "day": date(2024, 1, 31)} for n in range(9)]
    with (tmp_path / "a.avro").open("wb") as file:
        fastavro.writer(file, fastavro.parse_schema({"type": "record", "name": "r", "fields": fields}), rows)
    made = draft(tmp_path / "a.avro")
    assert made.types == {"id": "bigint", "name": "string", "day": "date"}
    assert made.refused() == (9, {})


@pytest.mark.parametrize("above", [0, 2])
def test_sheets_have_the_types_of_their_cells(draft, tmp_path, above):
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(above):
        sheet.append(["Report of today"])
    sheet.append(["Id", "Name", "Day", "At", "Price", "Open", "Zip", "None"])
    for n in range(1, 20):
        day = datetime(2024, 1, n, 9, 30)
        sheet.append([n, f"n{n}", day.date(), day, n * 1.5, n % 2 == 0, f"0{n}", None])
    book.save(tmp_path / "a.xlsx")
    made = draft(tmp_path / "a.xlsx")
    assert made.types == {
        "id": "int", "name": "string", "day": "date", "at": "timestamp_ntz", "price": "double", "open": "boolean",
        "zip": "string", "none": "string",
    }  # fmt: skip
    assert made.source.get("header_row") == (3 if above else None)
    assert made.refused() == (19, {})


XML = """\
<?xml version="1.0"?>
<orders xmlns="urn:shop"><made>2024-01-31</made>
<order id="1"><name>Ann</name><to><city>Bonn</city></to><tag>a</tag><tag>b</tag></order>
<order id="2"><name>Bob</name><to><city>Köln</city></to><price>1.50</price></order>
<order id="3" on="2024-01-31"><name/></order>
</orders>
"""


def test_xml_rows_are_what_repeats(draft, file):
    made = draft(file("a.xml", XML))
    assert made.types == {
        "id": "int", "on": "date", "name": "string", "to_city": "string", "tag": "array<string>",
        "price": "decimal(18,2)",
    }  # fmt: skip
    assert made.source["row_tag"] == "order"
    assert made.source["namespaces"] == "ignore"
    assert made.source["columns"]["to_city"] == "to/city"
    assert made.contract.primary_key == ("id",)
    assert made.refused() == (3, {})


def test_files_that_differ_in_their_columns_are_put_together(draft, file):
    file("in/a.csv", "id,a,b\n" + "".join(f"{n},1,x\n" for n in range(9)))
    file("in/b.csv", "id,b,c\n" + "".join(f"{n},y,2.50\n" for n in range(9, 18)))
    made = draft(file("in/c.csv", "c,id,b\n1.25,18,z\n").parent)
    assert made.types == {"id": "int", "a": "int", "b": "string", "c": "decimal(18,2)"}
    assert made.source["drift"] == "ignore"
    assert "# 2 of the files lack it: b.csv, c.csv" in made.text
    assert made.contract.primary_key == ("id",)
    assert made.refused() == (19, {})


def test_parquet_files_that_differ_in_width_take_the_wider_type(draft, tmp_path):
    pq.write_table(pa.table({"id": pa.array([1], pa.int32())}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": pa.array([2], pa.int64()), "more": ["x"]}), tmp_path / "b.parquet")
    made = draft(tmp_path)
    assert made.types == {"id": "bigint", "more": "string"}
    assert any(note.startswith("id: bigint in b.parquet, int in files before it") for note in made.found.notes)
    assert made.refused() == (2, {})


def test_types_that_conflict_between_files_become_the_wider_with_evidence(draft, file):
    file("in/a.csv", "id,v\n" + "".join(f"{n},{n}\n" for n in range(50)))
    made = draft(file("in/b.csv", "id,v\n50,n/k\n").parent)
    assert made.types == {"id": "int", "v": "string"}
    assert "# string: 50 of 51 fit int; b.csv:2 does not" in made.text


def test_several_paths_make_one_draft(draft, file):
    made = draft(file("a.csv", "id\n1\n"), file("b/c.csv", "id\n2\n"))
    assert made.found.files == 2
    assert made.refused() == (2, {})


def test_ragged_rows_are_counted_with_their_place(draft, file):
    made = draft(file("a.csv", "a,b\n1,2\n1\n3,4,5\n6,7\n8,9\n10,11\n"))
    assert made.found.refused_rows == 2
    assert "# 2 of 6 sampled rows do not fit it:" in made.text
    assert "#   FIELD_COUNT: 2, first a.csv:3" in made.text


def test_a_text_that_unicode_spells_in_another_way_is_allowed_aloud(draft, file):
    made = draft(file("a.csv", "a,b\ne\u0301,1\nx,2\n"))
    assert made.source["unicode"] == "any"
    assert any("NOT_NFC" in note for note in made.found.notes)
    assert made.refused() == (2, {})
