"""What a line of JSON holds as the contract's types, and with which code it is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mesh_etl.kernels.json.reader import JsonReader
from mesh_etl.kernels.values.text_rules import TextRules

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def value(schema, see):
    """The value of the one column `a`, or the codes of the record."""

    def run(cell, kind, **options):
        content = cell if isinstance(cell, bytes) else f'{{"a":{cell}}}'.encode()
        seen = see(JsonReader(schema(f"a {kind}"), **options), content + b"\n")
        assert seen.read == 1
        return seen.rows[0]["a"] if seen.rows else seen.codes[1]

    return run


@pytest.mark.parametrize(
    ("kind", "cell", "wanted"),
    [
        ("int", "1", 1),
        ("int", "null", None),
        ("bigint", "9223372036854775807", 9223372036854775807),
        ("decimal(38,0)", "9" * 38, Decimal("9" * 38)),
        ("decimal(5,2)", "1.50", Decimal("1.50")),
        ("decimal(5,2)", "1.500", Decimal("1.50")),
        ("decimal(5,2)", "15e-1", Decimal("1.50")),
        ("decimal(5,2)", "0e9999", Decimal("0.00")),
        ("decimal(12,2)", "0.1", Decimal("0.10")),
        ("double", "1e3", 1000.0),
        ("double", "1", 1.0),
        ("float", "3.4028235e38", 3.4028234663852886e38),
        ("boolean", "true", True),
        ("string", '"\\ud83d\\ude00"', "😀"),
        ("string", '""', ""),
        ("binary", '"aGk="', b"hi"),
        ("date", '"1996-02-29"', date(1996, 2, 29)),
        ("timestamp", '"2024-06-01T14:00:00+02:00"', NOON),
        ("timestamp", '"2024-06-01 12:00:00.5Z"', NOON.replace(microsecond=500000)),
        ("timestamp_ntz", '"2024-06-01T12:00:00"', NOON.replace(tzinfo=None)),
        ("array<int>", "[1,null]", [1, None]),
        ("map<string,int>", '{"k":1,"l":null}', [("k", 1), ("l", None)]),
        ("struct<x:int,y:array<date>>", '{"y":["2024-01-01"],"x":1}', {"x": 1, "y": [date(2024, 1, 1)]}),
        ("struct<x:int,y:int>", "{}", {"x": None, "y": None}),
    ],
)
def test_is_a_value(value, kind, cell, wanted):
    assert value(cell, kind) == wanted


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("int", "1.0", "TYPE_FORMAT"),
        ("int", '"1"', "TYPE_FORMAT"),
        ("int", "true", "TYPE_FORMAT"),
        ("int", "2147483648", "TYPE_OVERFLOW"),
        ("bigint", "9223372036854775808", "TYPE_OVERFLOW"),
        ("double", "1e400", "TYPE_OVERFLOW"),
        ("double", '"1"', "TYPE_FORMAT"),
        ("float", "3.5e38", "TYPE_OVERFLOW"),
        ("decimal(5,2)", "1.505", "DECIMAL_SCALE"),
        ("decimal(5,2)", "1e-99999", "DECIMAL_SCALE"),
        ("decimal(5,2)", "1000", "TYPE_OVERFLOW"),
        ("decimal(5,2)", "1e99999", "TYPE_OVERFLOW"),
        ("decimal(5,2)", '"1.5"', "TYPE_FORMAT"),
        ("boolean", "1", "TYPE_FORMAT"),
        ("boolean", '"true"', "TYPE_FORMAT"),
        ("string", "1", "TYPE_FORMAT"),
        ("string", '"\\ud800"', "ENCODING"),
        ("binary", '"a"', "TYPE_FORMAT"),
        ("binary", '"é"', "TYPE_FORMAT"),
        ("date", '"1996-02-30"', "DATE_FORMAT"),
        ("date", '"0000-01-01"', "DATE_FORMAT"),
        ("date", '"1996-1-1"', "DATE_FORMAT"),
        ("timestamp", '"2024-06-01T12:00:00"', "TS_NO_OFFSET"),
        ("timestamp", '"2024-06-01T12:00Z"', "TS_FORMAT"),
        ("timestamp", '"0001-01-01T00:00:00+14:00"', "TS_FORMAT"),
        ("timestamp", '"9999-12-31T23:59:59-14:00"', "TS_FORMAT"),
        ("timestamp_ntz", '"2024-06-01T12:00:00Z"', "TS_FORMAT"),
        ("array<int>", '[1,"2"]', "TYPE_FORMAT"),
        ("array<int>", "{}", "TYPE_FORMAT"),
        ("map<string,int>", '{"k":"1"}', "TYPE_FORMAT"),
        ("struct<x:int>", '{"x":1,"z":1}', "UNKNOWN_FIELD"),
        ("struct<x:array<struct<y:tinyint>>>", '{"x":[{"y":1},{"y":300}]}', "TYPE_OVERFLOW"),
    ],
)
def test_is_no_value(value, kind, cell, code):
    assert value(cell, kind) == [f"{code}:a"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"a":1,"a":1}', "DUPLICATE_KEY"),
        (b'{"a":1,"b":{"c":1,"c":2}}', "DUPLICATE_KEY"),
        (b'{"a":NaN}', "NOT_JSON"),
        (b'{"a":-Infinity}', "NOT_JSON"),
        (b'{"a":1} x', "NOT_JSON"),
        (b'{"a":1}{"a":2}', "NOT_JSON"),
        (b'{"a":1', "NOT_JSON"),
        (b'{"a":01}', "NOT_JSON"),
        (b"{'a':1}", "NOT_JSON"),
        (b"  ", "NOT_JSON"),
        (b"[" * 5000, "TOO_DEEP"),
        (b'{"a":' + b"1" * 5000 + b"}", "TYPE_OVERFLOW:a"),
        (b'{"a":1e99999999999999999999}', "TYPE_FORMAT:a"),
        (b"[1]", "NOT_AN_OBJECT"),
        (b"3", "NOT_AN_OBJECT"),
        (b"null", "NOT_AN_OBJECT"),
        (b'{"b":1}', "UNKNOWN_FIELD"),
        (b'{"a":1,"\\ud800":1}', "UNKNOWN_FIELD"),
        (b'{"a":"\xff"}', "ENCODING"),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"a":1}', "NOT_JSON"),
    ],
)
def test_is_no_record(value, line, code):
    assert value(line, "int") == [code]


def test_a_missing_key_is_null(schema, see):
    assert see(JsonReader(schema("a int, b string")), b'{"b":"x"}\n{}\n').rows == [
        {"a": None, "b": "x"}, {"a": None, "b": None}
    ]  # fmt: skip


def test_unknown_keys_can_be_ignored_and_names_mapped(schema, see):
    reader = JsonReader(schema("a int, b int, c int"), names={"a": "x", "b": "x"}, extra_ignored=True)
    assert see(reader, b'{"x":1,"y":2,"c":3}').rows == [{"a": 1, "b": 1, "c": 3}]
    strict = JsonReader(schema("a int, b int"), names={"a": "x", "b": "x"})
    assert see(strict, b'{"x":1}').rows == [{"a": 1, "b": 1}]


def test_every_bad_cell_of_a_record_is_named_with_its_line(schema, see):
    seen = see(JsonReader(schema("a int, b date")), b'{"a":1}\r\n\r\n{"a":"x","b":"y","c":1}\r\n{"b":null}\n')
    assert seen.lines == [1, 4]
    assert seen.rejects == [(3, '{"a":"x","b":"y","c":1}', ["TYPE_FORMAT:a", "DATE_FORMAT:b", "UNKNOWN_FIELD"])]


def test_a_byte_order_mark_is_no_part_of_the_first_record(schema, see):
    assert see(JsonReader(schema("a int")), b'\xef\xbb\xbf{"a":1}\n{"a":2}').rows == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("content", [b"\n\n", b"\r\n", b""])
def test_a_file_of_blank_lines_has_no_records(schema, see, content):
    assert see(JsonReader(schema("a int")), content).read == 0


@pytest.mark.parametrize(
    ("clock", "wanted"),
    [
        ("2024-06-01T14:00:00", NOON),
        ("2024-03-31T02:30:00", ["TS_FORMAT:a"]),
        ("2024-10-27T02:30:00", ["TS_FORMAT:a"]),
        ("2024-06-01T14:00:00+02:00", ["TS_FORMAT:a"]),
    ],
)
def test_a_declared_zone_reads_clocks_that_it_showed_once(value, clock, wanted):
    assert value(f'"{clock}"', "timestamp", text=TextRules(timezone="Europe/Berlin")) == wanted
