"""Workbooks read cell by cell as what they hold."""

from __future__ import annotations

import contextlib
import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.contract.types import parse
from mesh_etl.errors import PlanError, RunError
from mesh_etl.kernels.stored import sheet, workbook
from mesh_etl.kernels.stored.excel import ExcelReader, Misfit, spelled
from mesh_etl.kernels.stored.sheet import Area, Cell, column_letters, column_number
from mesh_etl.kernels.stored.workbook import shape_of
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL


@pytest.fixture
def read(tmp_path):
    def run(reader, rows, change=lambda data: data):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        out = io.BytesIO()
        book.save(out)
        path = tmp_path / "in.xlsx"
        path.write_bytes(change(out.getvalue()))
        file = LOCAL.pin(str(path))
        item = WorkItem(0, "source", file, 0, file.size, reader.head(file))
        parsed = list(reader.parse(item))
        records = [int(one) for run in parsed for one in run.records]
        assert [place for run in parsed for place in run.locate(range(run.batch.num_rows))] == reader.locate(
            item, records
        )
        rejects = [one for run in parsed for one in run.rejects]
        assert [one.place for one in rejects] == reader.locate(item, [one.record for one in rejects])
        assert sum(one.read for one in parsed) == len(records) + len(rejects)
        return [row for run in parsed for row in run.batch.to_pylist()], rejects

    return run


def test_what_openpyxl_wrote_is_read(read, schema):
    moment = datetime.datetime(2024, 1, 2, 3, 4, 5, 678000)
    rows = [
        ["id", "d", "at", "t", "ok", "s", "x", "p"],
        [3, datetime.date(2024, 1, 2), moment, datetime.time(1, 2, 3), True, " x ", 0.1, 19.99],
        [None, None, None, None, None, None, None, None],
        [None, None, None, None, False, "é", None, None],
    ]
    reader = ExcelReader(
        schema("id bigint, d date, at timestamp_ntz, t string, ok boolean, s string, x double, p decimal(6,2)")
    )
    found, rejects = read(reader, rows)
    assert rejects == []
    assert [list(map(str, row.values())) for row in found] == [
        ["3", "2024-01-02", "2024-01-02 03:04:05.678000", "01:02:03", "True", " x ", "0.1", "19.99"],
        ["None", "None", "None", "None", "False", "é", "None", "None"],
    ]


def _changed(data, part, change):
    """The workbook with a part that was changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as made:
        for name in archive.namelist():
            content = archive.read(name).decode()
            made.writestr(name, change(content) if part in name else content)
    return out.getvalue()


ROWS = [
    '<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}" t="str"><v>a_x0041_</v></c></row>',
    '<row r="{n}" spans="1:2"><c r="A{n}" s="0"/><c r="B{n}" t="inlineStr"><is><t>x</t></is></c></row>',
    '<row r="{n}"><c r="B{n}" t="inlineStr"><is><r><t>x</t></r><r><t>y</t></r></is></c></row>',
    '<row r="{n}"><c r="A{n}"><f>1+1</f><v>2</v></c><c r="B{n}"><f/></c></row>',
    "<row r='{n}'><c t='n' r='A{n}'><v>3</v></c></row>",
    '<row r="{n}"/>',
    "<row><c><v>4</v></c><c t='e'><v>#N/A</v></c></row>",
    '<row r="{n}"><c r="A{n}" t="b"><v>1</v></c><c r="B{n}" t="s"><v>0</v></c></row>',
    '<row r="{n}"><c r="B{n}" t="str"><v>&lt;é<!-- </row> --></v></c></row>',
    '<row r="{n}"><c r="B{n}"><v></v></c></row>',
    '<row r="{n}"><c r="B{n}"><v>1</v></c><c r="A{n}"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></c></row>',
    '<row r="{n}"><c r="A1"><v>1</v></c></row>',
    '<row r="{n}"><c r="A{n}" t="s"><v>7</v></c></row>',
    '<row r="{n}"><row r="{n}"></row></row>',
    '<row r="{n}"><c r="A{n}" t="s"><v>' + "9" * 5000 + "</v></c></row>",
    "</sheetData><sheetData>",
    "\n",
]


@given(parts=st.lists(st.sampled_from(ROWS), max_size=6), size=st.sampled_from([1, 7, 100, 1 << 20]))
@settings(max_examples=150, deadline=None)
def test_rows_are_what_they_are_however_they_are_found(schema, tmp_path_factory, parts, size):
    path = tmp_path_factory.mktemp("excel") / "in.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "s"])
    out = io.BytesIO()
    book.save(out)
    text = "".join(part.format(n=number) for number, part in enumerate(parts, 2))
    path.write_bytes(
        _changed(out.getvalue(), "sheet1", lambda part: part.replace("</sheetData>", text + "</sheetData>"))
    )
    reader = ExcelReader(schema("id int, s string"))

    def read():
        file = LOCAL.pin(str(path))
        try:
            runs = list(reader.parse(WorkItem(0, "source", file, 0, file.size, reader.head(file))))
        except (PlanError, RunError) as error:
            return error.faults
        return [(run.batch.to_pylist(), run.rejects, run.read) for run in runs]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "_CHUNK", size)
        found = read()
        patch.setattr(sheet._Rows, "_usual_rows", lambda *_: None)
        assert read() == found


def test_batches_count_on(read, schema, monkeypatch):
    monkeypatch.setattr("mesh_etl.kernels.stored.excel.BATCH_ROWS", 7)
    found, rejects = read(ExcelReader(schema("id int")), [["id"], *([number] for number in range(30)), [0.5]])
    assert [row["id"] for row in found] == list(range(30))
    assert [(one.record, one.place.line, one.violations[0].rule) for one in rejects] == [(30, 32, "TYPE_FORMAT")]


def test_an_area_is_read_alone(read, schema):
    rows = [["note"], [None, "id", "s", "n"], [1, 2, "x", 9], ["note", None, None, 8], [1, 3, "y", 7], [1, 4, "z", 7]]
    area = Area(column_number("B"), column_number("C"), 2, 5)
    found, rejects = read(ExcelReader(schema("id int, s string"), area=area), rows)
    assert (found, rejects) == ([{"id": 2, "s": "x"}, {"id": 3, "s": "y"}], [])


def test_a_sheet_that_is_larger_than_the_archive_says_is_refused(read, schema):
    def shrink(data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
        return data.replace(size.to_bytes(4, "little"), (size - 200).to_bytes(4, "little"))

    with pytest.raises(RunError) as raised:
        read(ExcelReader(schema("id int")), [["id"], *([number] for number in range(50))], shrink)
    assert raised.value.code == "FILE_DAMAGED"


def test_a_file_that_is_damaged_anywhere_is_refused_or_the_same(read, schema):
    rows = [["id", "s"], [1, "some text"], [2, "more text"]]
    whole = read(ExcelReader(schema("id int, s string")), rows)
    for position in range(0, 5_000, 61):

        def flip(data, position=position):
            changed = bytearray(data)
            changed[position % len(data)] ^= 0xFF
            return bytes(changed)

        with contextlib.suppress(PlanError, RunError):
            assert read(ExcelReader(schema("id int, s string")), rows, flip) == whole


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("General", "number"), ("0.00E+00", "number"), ('0.00" days"', "number"), ("[Red]0", "number"), ("@", "number"),
        ("yyyy-mm-dd", "date"), ("d. mmmm yyyy", "date"), ("mmm", "date"), ("[$-407]dd/mm/yy;@", "date"),
        ("h:mm", "clock"), ("mm:ss.0", "clock"), ("h:mm AM/PM", "clock"), ("[h]:mm", "span"), ("[mm]:ss", "span"),
        ("0_d", "number"), ("\\d0", "number"), ("#,##0;[Red]-#,##0", "number"),
    ],
)  # fmt: skip
def test_a_format_shows_what_a_number_is(code, shape):
    assert shape_of(code) == shape


@settings(deadline=None, derandomize=True)
@given(st.datetimes(datetime.datetime(1900, 3, 1), datetime.datetime(9999, 12, 31, 23, 59, 59)))
def test_every_millisecond_has_its_number(moment):
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    gone = moment - datetime.datetime(1899, 12, 30)
    serial = gone.days + (gone.seconds + gone.microseconds / 1e6) / 86_400
    text = spelled(Cell("number", repr(serial), "date"), parse("timestamp_ntz"), False)
    assert datetime.datetime.fromisoformat(text) == moment


@settings(deadline=None, derandomize=True)
@given(st.decimals(-(10**9), 10**9, places=4))
def test_every_decimal_of_fifteen_digits_comes_back(number):
    cell = Cell("number", f"{float(number):.17g}")
    assert type(number)(spelled(cell, parse("decimal(18,4)"), False)) == number


@pytest.mark.parametrize("content", ["", "1_000", "0x1", "nan", "inf", "1e", "--1", "\u0661", " 1"])
def test_what_is_no_number_is_none(content):
    with pytest.raises(Misfit, match="TYPE_FORMAT"):
        spelled(Cell("number", content), parse("double"), False)


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("XFD", 16_384)])
def test_columns_have_letters(letters, number):
    assert column_number(letters) == number
    assert column_letters(number) == letters
