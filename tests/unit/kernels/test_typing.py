"""The grammar of typed text: what is a value of which type, and with which code anything else is refused."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.contract.types import parse
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.values.typing import typed

SETTINGS = settings(deadline=None)
UTC_NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
BERLIN = TextRules(timezone="Europe/Berlin")

ACCEPTED = [
    ("tinyint", "127", 127),
    ("tinyint", "-128", -128),
    ("smallint", "32767", 32767),
    ("int", "0", 0),
    ("int", "-0", 0),
    ("int", "-2147483648", -2147483648),
    ("bigint", "9223372036854775807", 9223372036854775807),
    ("double", "1", 1.0),
    ("double", "-0.5", -0.5),
    ("double", "1e3", 1000.0),
    ("double", "1E+3", 1000.0),
    ("double", "1.7976931348623157e308", 1.7976931348623157e308),
    ("float", "0.5", 0.5),
    ("decimal(5,2)", "1", Decimal("1.00")),
    ("decimal(5,2)", "-999.99", Decimal("-999.99")),
    ("decimal(5,2)", "1.500", Decimal("1.50")),
    ("decimal(5,2)", "0.000", Decimal("0.00")),
    ("decimal(38,0)", "9" * 38, Decimal("9" * 38)),
    ("boolean", "true", True),
    ("boolean", "false", False),
    ("date", "1996-02-29", date(1996, 2, 29)),
    ("date", "0001-01-01", date(1, 1, 1)),
    ("date", "9999-12-31", date(9999, 12, 31)),
    ("timestamp", "2024-06-01T12:00:00Z", UTC_NOON),
    ("timestamp", "2024-06-01 14:00:00+02:00", UTC_NOON),
    ("timestamp", "2024-06-01T12:00:00.123456Z", UTC_NOON.replace(microsecond=123456)),
    ("timestamp_ntz", "2024-06-01 12:00:00.5", datetime(2024, 6, 1, 12, 0, 0, 500000)),
    ("string", " 1 ", " 1 "),
    ("varchar(2)", "longer", "longer"),
]

NO_NUMBERS = [
    "+5",
    " 5",
    "5 ",
    "",
    "-",
    "--1",
    "1-",
    "1-2",
    "1/2",
    "1_0",
    "0x1F",
    "nan",
    "\uff12",
    "\u0665",
    "\u00a05",
    "1\x00",
]
NO_DATES = ["1996-02-30", "1900-02-29", "0000-01-01", "10000-01-01", "96-01-01", "", "1996-1-1", "1996/01/01", "today"]
NO_DATES += [" 1996-01-01", "1996-01-01T00:00:00", "\uff11996-01-01", "1996-13-01", "1996-00-01", "-001-01-01"]
NO_MOMENTS = ["2024-06-01T24:00:00Z", "2024-06-01T12:00:60Z", "2024-06-31T12:00:00Z", "2024-06-01T12:00Z", "x", ""]
NO_MOMENTS += ["2024-06-01T12:00:00.1234567Z", "2024-06-01T12:00:00+24:00", "0000-06-01T12:00:00Z"]
NO_MOMENTS += ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]

REFUSED = [
    *(("int", cell, "TYPE_FORMAT") for cell in (*NO_NUMBERS, "01", "-01", "1e3", "1.0")),
    *(("double", cell, "TYPE_FORMAT") for cell in (*NO_NUMBERS, ".5", "5.", "-.5", "00.5", "1e", "1e1.5", "0x1p3")),
    *(("double", cell, "TYPE_FORMAT") for cell in ("NaN", "inf", "-Infinity", "1,5", "1..2", "1.2.3")),
    *(("decimal(5,2)", cell, "TYPE_FORMAT") for cell in (*NO_NUMBERS, ".5", "5.", "1e2", "01.00", "1.2.3")),
    *(("boolean", cell, "TYPE_FORMAT") for cell in ("TRUE", "1", "yes", "")),
    *(("date", cell, "DATE_FORMAT") for cell in NO_DATES),
    *(("timestamp", cell, "TS_FORMAT") for cell in NO_MOMENTS),
    ("tinyint", "128", "TYPE_OVERFLOW"),
    ("smallint", "-32769", "TYPE_OVERFLOW"),
    ("int", "2147483648", "TYPE_OVERFLOW"),
    ("bigint", "9223372036854775808", "TYPE_OVERFLOW"),
    ("bigint", "9" * 400, "TYPE_OVERFLOW"),
    ("double", "1e400", "TYPE_OVERFLOW"),
    ("float", "3.5e38", "TYPE_OVERFLOW"),
    ("decimal(5,2)", "1.505", "DECIMAL_SCALE"),
    ("decimal(5,2)", "1000.005", "DECIMAL_SCALE"),
    ("decimal(5,2)", "1000", "TYPE_OVERFLOW"),
    ("decimal(5,2)", "9" * 45, "TYPE_OVERFLOW"),
    ("timestamp", "2024-06-01T12:00:00", "TS_NO_OFFSET"),
    ("timestamp", "2024-06-01 12:00:00.5", "TS_NO_OFFSET"),
    ("timestamp_ntz", "2024-06-01T12:00:00Z", "TS_FORMAT"),
    ("timestamp_ntz", "0000-06-01T12:00:00", "TS_FORMAT"),
    ("double", "1e-400", "TYPE_OVERFLOW"),
    ("float", "1e-50", "TYPE_OVERFLOW"),
    ("decimal(38,0)", str((1 << 128) + 5), "TYPE_OVERFLOW"),
    ("string", "a\x00", "CONTROL_CHAR"),
    ("string", "\x1f", "CONTROL_CHAR"),
    ("string", "\x7f", "CONTROL_CHAR"),
    ("varchar(2)", "a\x85", "CONTROL_CHAR"),
    ("string", "\ufffe", "CONTROL_CHAR"),
    ("string", "e\u0301", "NOT_NFC"),
    ("varchar(2)", "\u212b", "NOT_NFC"),
]

# What looks like a value, and the types that it is one of; to the others it is a near miss.
NEAR = {
    "1": "tinyint smallint int bigint float double decimal(5,2) decimal(3,3)!TYPE_OVERFLOW",
    "-0": "tinyint smallint int bigint float double decimal(5,2) decimal(3,3)",
    "0.5": "float double decimal(5,2) decimal(3,3)",
    "0.1239": "float double decimal(5,2)!DECIMAL_SCALE decimal(3,3)!DECIMAL_SCALE",
    "300": "tinyint!TYPE_OVERFLOW smallint int bigint float double decimal(5,2) decimal(3,3)!TYPE_OVERFLOW",
    "12345678901234567890": "tinyint!TYPE_OVERFLOW smallint!TYPE_OVERFLOW int!TYPE_OVERFLOW bigint!TYPE_OVERFLOW float "
    "double decimal(5,2)!TYPE_OVERFLOW decimal(3,3)!TYPE_OVERFLOW",
    "1e3": "float double",
    "2023-02-28": "date",
    "true": "boolean",
    **dict.fromkeys(
        ["\uff11\uff12", "\u0661\u0662", " 1", "1 ", "+1", "007", "1_000", "1,000", "0x1", "NaN", "Infinity", "-inf"],
        "",
    ),
    **dict.fromkeys([".5", "5.", "", "-", "1\n", "1\u00a0", "TRUE", "null", "24:00", "23:59:60"], ""),
    **dict.fromkeys(["2023-02-29", "0000-01-01", "2023-02-28 24:00:00", "2023-02-28 23:59:60Z"], ""),
    "2023-02-28 23:59:59": "timestamp!TS_NO_OFFSET timestamp_ntz",
    "2023-02-28T23:59:59+25:00": "",
    "2023-02-28T23:59:59+23:59": "timestamp",
    "2023-02-28T23:59:59-00:00": "timestamp",
    "2023-02-28T23:59:59+01": "",
    "2023-02-28t23:59:59z": "",
}
OTHERWISE = {"date": "DATE_FORMAT", "timestamp": "TS_FORMAT", "timestamp_ntz": "TS_FORMAT"}
KINDS = ["tinyint", "smallint", "int", "bigint", "float", "double", "decimal(5,2)", "decimal(3,3)", "boolean", "date",
         "timestamp", "timestamp_ntz"]  # fmt: skip


def column(cells, kind, rules=TextRules()):  # noqa: B008 - a frozen value
    return typed(pa.array(cells, pa.string()), parse(kind), rules)


@pytest.mark.parametrize(("kind", "cell", "value"), ACCEPTED)
def test_is_a_value(kind, cell, value):
    alone, among = column([cell], kind), column([None, cell, None], kind)
    assert (alone.values.to_pylist(), alone.bad) == ([value], {})
    assert (among.values.to_pylist(), among.bad) == ([None, value, None], {})
    assert alone.values.type == arrow(parse(kind))


@pytest.mark.parametrize(("kind", "cell", "code"), REFUSED)
def test_is_no_value(kind, cell, code):
    good = next(text for known, text, _ in ACCEPTED if known == kind)
    alone, among = column([cell], kind), column([good, cell, None, good, cell], kind)
    assert (alone.values.to_pylist(), alone.bad) == ([None], {0: code})
    assert among.bad == {1: code, 4: code}
    assert [value is None for value in among.values.to_pylist()] == [False, True, True, False, True]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", NEAR)
def test_a_near_miss_has_the_code_of_its_type(kind, cell):
    fits = dict(one.partition("!")[::2] for one in NEAR[cell].split())
    code = fits.get(kind, OTHERWISE.get(kind, "TYPE_FORMAT"))
    assert column([cell], kind).bad == ({0: code} if code else {})


def test_bad_cells_of_both_kinds_are_told_apart_in_one_column():
    found = column(["1", "x", "300", None, "-5", "1e2", "-300"], "tinyint")
    assert found.values.to_pylist() == [1, None, None, None, -5, None, None]
    assert found.bad == {1: "TYPE_FORMAT", 2: "TYPE_OVERFLOW", 5: "TYPE_FORMAT", 6: "TYPE_OVERFLOW"}


def test_a_slice_of_a_column_is_read_from_its_own_start():
    cells = pa.array(["x", "1", None, "22", "y"], pa.string())[1:4]
    assert typed(cells, parse("int"), TextRules()).values.to_pylist() == [1, None, 22]
    bad = typed(pa.array(["1", "2", "03"], pa.string())[1:], parse("int"), TextRules())
    assert (bad.values.to_pylist(), bad.bad) == ([2, None], {1: "TYPE_FORMAT"})


@pytest.mark.parametrize("kind", ["int", "double", "decimal(5,2)", "boolean", "date", "timestamp", "string"])
def test_an_empty_column_and_a_column_of_nulls_have_the_type(kind):
    for cells in ([], [None, None]):
        found = column(cells, kind)
        assert (found.values.to_pylist(), found.bad) == (cells, {})
        assert found.values.type == arrow(parse(kind))


def test_the_words_for_true_and_false_are_declared():
    rules = TextRules(true=("Y", "1"), false=("N", "0"))
    found = column(["Y", "0", None, "true", "1"], "boolean", rules)
    assert found.values.to_pylist() == [True, False, None, None, True]
    assert found.bad == {3: "TYPE_FORMAT"}


def test_a_declared_zone_reads_clocks_that_it_showed_once():
    found = column(["2024-06-01 14:00:00", "2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-06-01 14:00:00Z"],
                   "timestamp", BERLIN)  # fmt: skip
    assert found.values.to_pylist() == [UTC_NOON, None, None, None]
    assert found.bad == {1: "TS_FORMAT", 2: "TS_FORMAT", 3: "TS_FORMAT"}


@SETTINGS
@given(st.lists(st.one_of(st.none(), st.integers(-(1 << 31), (1 << 31) - 1))))
def test_whole_numbers_come_back(numbers):
    found = column([None if number is None else str(number) for number in numbers], "int")
    assert (found.values.to_pylist(), found.bad) == (numbers, {})


@SETTINGS
@given(st.lists(st.one_of(st.none(), st.decimals(-(10**10), 10**10, places=3, allow_nan=False))))
def test_decimals_come_back_exactly(numbers):
    found = column([None if number is None else format(number, "f") for number in numbers], "decimal(14,3)")
    assert (found.values.to_pylist(), found.bad) == (numbers, {})


@SETTINGS
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_bit_by_bit(number):
    text = repr(number)
    found = column([text], "double")
    assert found.bad == {}
    assert found.values[0].as_py() == number
    assert math.copysign(1, found.values[0].as_py()) == math.copysign(1, number)


@SETTINGS
@given(st.lists(st.text(max_size=8), min_size=1))
def test_any_text_is_a_number_exactly_when_its_canonical_spelling_is_the_text(texts):
    found = column(texts, "bigint")
    for row, text in enumerate(texts):
        digits = text.removeprefix("-")
        spelled = digits.isascii() and digits.isdigit() and str(int(digits)) == digits
        assert (row not in found.bad) == (spelled and abs(int(text)) < 1 << 63)
