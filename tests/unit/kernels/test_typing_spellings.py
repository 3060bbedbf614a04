"""Declared spellings: what a source writes as it says reads back exactly, and nothing else is read."""

from __future__ import annotations

import base64
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from unicodedata import normalize

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.contract.types import parse
from mesh_etl.kernels.values.moment_format import moment_format
from mesh_etl.kernels.values.spelling import iso_moments
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, Numerals, TextRules
from mesh_etl.kernels.values.typing import typed

SETTINGS = settings(deadline=None)
GERMAN = TextRules(numbers=Numerals(decimal=",", grouping="."))
SWISS = TextRules(numbers=Numerals(grouping="\u2019"))
FRENCH = TextRules(numbers=Numerals(decimal=",", grouping="\u202f"))
LOOSE = TextRules(numbers=Numerals(leading_zeros=True, plus=True, exponent=True))
WORDS = TextRules(numbers=Numerals(nan=("NaN", "n/a"), infinity=("inf",), negative_infinity=("-inf",)))


def column(cells, kind, rules):
    found = typed(pa.array(cells, pa.string()), parse(kind), rules)
    found.values.validate(full=True)
    return found


def dates(*formats, **more):
    return TextRules(dates=formats, **more)


def moments(*formats, **more):
    return TextRules(timestamps=formats, **more)


READ = [
    (GERMAN, "decimal(12,2)", "1.234,50", Decimal("1234.50")),
    (GERMAN, "decimal(12,2)", "-1234,5", Decimal("-1234.50")),
    (GERMAN, "decimal(12,2)", "0,5", Decimal("0.50")),
    (GERMAN, "int", "1.234.567", 1234567),
    (GERMAN, "double", "1.234,5e3", 1234500.0),
    (SWISS, "bigint", "9\u2019223\u2019372\u2019036\u2019854\u2019775\u2019807", 9223372036854775807),
    (FRENCH, "float", "-1\u202f234,5", -1234.5),
    (LOOSE, "int", "007", 7),
    (LOOSE, "int", "+0", 0),
    (LOOSE, "int", "-00", 0),
    (LOOSE, "int", "7e3", 7000),
    (LOOSE, "int", "1.5E+1", 15),
    (LOOSE, "int", "0e99999999999", 0),
    (LOOSE, "tinyint", "1.2700e2", 127),
    (LOOSE, "int", "30000e-4", 3),
    (LOOSE, "decimal(5,2)", "+007.50", Decimal("7.50")),
    (LOOSE, "decimal(5,2)", "15e-1", Decimal("1.50")),
    (LOOSE, "decimal(5,2)", "0.000001e8", Decimal("100.00")),
    (LOOSE, "decimal(38,0)", "1" + "0" * 50 + "e-13", Decimal("1e37")),
    (LOOSE, "double", "+00.5", 0.5),
    (WORDS, "double", "inf", math.inf),
    (WORDS, "float", "-inf", -math.inf),
    (dates("dd.MM.yyyy"), "date", "29.02.2024", date(2024, 2, 29)),
    (dates("yyyyMMdd"), "date", "00010101", date(1, 1, 1)),
    (dates("M/d/yyyy"), "date", "2/9/2024", date(2024, 2, 9)),
    (dates("M/d/yyyy", "d-MMM-yyyy"), "date", "9-Feb-2024", date(2024, 2, 9)),
    (dates("d/M/yyyy", "dd/MM/yyyy"), "date", "12/11/2024", date(2024, 11, 12)),
    (dates("yyyy年MM月dd日"), "date", "2024年02月09日", date(2024, 2, 9)),
    (dates("'day 'dd''''MM.yyyy"), "date", "day 09'02.2024", date(2024, 2, 9)),
    (moments("dd.MM.yyyy HH:mm"), "timestamp_ntz", "09.02.2024 23:59", datetime(2024, 2, 9, 23, 59)),
    (moments("yyyyMMddHHmmssSSS"), "timestamp_ntz", "20240209235958123", datetime(2024, 2, 9, 23, 59, 58, 123000)),
    (moments("yyyy-MM-dd H:mm:ss.SSSSSSSSS"), "timestamp_ntz", "2024-02-09 3:04:05.123456000",
     datetime(2024, 2, 9, 3, 4, 5, 123456)),
    (moments("yyyy-MM-dd'T'HH:mm:ssX"), "timestamp", "2024-02-09T12:00:00+02", datetime(2024, 2, 9, 10, tzinfo=UTC)),
    (moments("yyyy-MM-dd'T'HH:mm:ssX"), "timestamp", "2024-02-09T12:00:00Z", datetime(2024, 2, 9, 12, tzinfo=UTC)),
    (moments("yyyy-MM-dd'T'HH:mm:ssxx"), "timestamp", "2024-02-09T12:00:00-0330",
     datetime(2024, 2, 9, 15, 30, tzinfo=UTC)),
    (moments("dd.MM.yyyy HH:mm:ss", timezone="Europe/Berlin"), "timestamp", "09.02.2024 12:00:00",
     datetime(2024, 2, 9, 11, tzinfo=UTC)),
    (moments("dd.MM.yyyy HH:mm:ss", timezone="Europe/Berlin"), "timestamp_ntz", "31.03.2024 02:30:00",
     datetime(2024, 3, 31, 2, 30)),
    (moments("dd.MM.yyyy HH:mm", "dd.MM.yyyy HH:mmXXX", timezone="Europe/Berlin"), "timestamp",
     "09.02.2024 12:00+05:30", datetime(2024, 2, 9, 6, 30, tzinfo=UTC)),
    (TextRules(binary="hex"), "binary", "00fFAb", b"\x00\xff\xab"),
    (PLAIN_TEXT, "binary", "AP+r", b"\x00\xff\xab"),
    (PLAIN_TEXT, "binary", "", b""),
    (PLAIN_TEXT, "array<int>", "[1, null]", [1, None]),
    (PLAIN_TEXT, "map<string,double>", '{"a": 1.5}', [("a", 1.5)]),
    (PLAIN_TEXT, "struct<a:date,b:string>", '{"a": "2024-02-09", "b": "null"}', {"a": date(2024, 2, 9), "b": "null"}),
    (TextRules(nfc=False), "string", "e\u0301", "e\u0301"),
    (TextRules(control=True), "string", "a\x00\x85\ufffe", "a\x00\x85\ufffe"),
]  # fmt: skip

NO_GERMANS = ["1.23,4", "12.34.567", "1234.567,5", ".234", "1..234", "1,234.5", "1.5", "1,", ",5", "1.2345", "01.234"]
REFUSED = [
    *((GERMAN, "decimal(12,2)", cell, "TYPE_FORMAT") for cell in NO_GERMANS),
    (GERMAN, "int", "1,0", "TYPE_FORMAT"),
    (GERMAN, "int", "3.000.000.000", "TYPE_OVERFLOW"),
    (GERMAN, "decimal(5,2)", "1.000,5", "TYPE_OVERFLOW"),
    (GERMAN, "decimal(5,2)", "1,505", "DECIMAL_SCALE"),
    (FRENCH, "int", "1 234", "TYPE_FORMAT"),
    (LOOSE, "int", "1.0", "TYPE_FORMAT"),
    (LOOSE, "int", "15e-1", "TYPE_FORMAT"),
    (LOOSE, "int", "1e-99999999999", "TYPE_FORMAT"),
    (LOOSE, "int", "1e", "TYPE_FORMAT"),
    (LOOSE, "int", "++1", "TYPE_FORMAT"),
    (LOOSE, "int", "+-1", "TYPE_FORMAT"),
    (LOOSE, "int", "3e9", "TYPE_OVERFLOW"),
    (LOOSE, "int", "1e99999999999", "TYPE_OVERFLOW"),
    (LOOSE, "int", "-1e400", "TYPE_OVERFLOW"),
    (LOOSE, "decimal(5,2)", "15e-4", "DECIMAL_SCALE"),
    (LOOSE, "decimal(5,2)", "1e-99999999999", "DECIMAL_SCALE"),
    (LOOSE, "decimal(5,2)", "1e3", "TYPE_OVERFLOW"),
    (LOOSE, "decimal(38,0)", "12345678901234567890e30", "TYPE_OVERFLOW"),
    (WORDS, "double", "nan", "TYPE_FORMAT"),
    (WORDS, "double", "+inf", "TYPE_FORMAT"),
    (WORDS, "int", "inf", "TYPE_FORMAT"),
    (WORDS, "decimal(5,2)", "NaN", "TYPE_FORMAT"),
    (dates("dd.MM.yyyy"), "date", "30.02.2024", "DATE_FORMAT"),
    (dates("dd.MM.yyyy"), "date", "29.02.2023", "DATE_FORMAT"),
    (dates("dd.MM.yyyy"), "date", "01.01.0000", "DATE_FORMAT"),
    (dates("dd.MM.yyyy"), "date", "1.02.2024", "DATE_FORMAT"),
    (dates("dd.MM.yyyy"), "date", "2024-02-09", "DATE_FORMAT"),
    (dates("dd.MM.yyyy"), "date", "09x02x2024", "DATE_FORMAT"),
    (dates("dd.MM.yyyy"), "date", "09.02.2024\n", "DATE_FORMAT"),
    (dates("M/d/yyyy"), "date", "02/9/2024", "DATE_FORMAT"),
    (dates("d-MMM-yyyy"), "date", "9-feb-2024", "DATE_FORMAT"),
    (moments("dd.MM.yyyy HH:mm"), "timestamp", "09.02.2024 23:59", "TS_NO_OFFSET"),
    (moments("dd.MM.yyyy HH:mm"), "timestamp", "30.02.2024 23:59", "TS_FORMAT"),
    (moments("dd.MM.yyyy HH:mm"), "timestamp_ntz", "09.02.2024 24:00", "TS_FORMAT"),
    (moments("dd.MM.yyyy HH:mm:ss"), "timestamp_ntz", "09.02.2024 23:59:60", "TS_FORMAT"),
    (moments("yyyy-MM-dd HH:mm:ssXXX"), "timestamp", "2024-02-09 12:00:00+25:00", "TS_FORMAT"),
    (moments("yyyy-MM-dd HH:mm:ssXXX"), "timestamp", "2024-02-09 12:00:00+0200", "TS_FORMAT"),
    (moments("yyyy-MM-dd HH:mm:ssxxx"), "timestamp", "2024-02-09 12:00:00Z", "TS_FORMAT"),
    (moments("yyyy-MM-dd HH:mm:ssXXX"), "timestamp_ntz", "2024-02-09 12:00:00Z", "TS_FORMAT"),
    (moments("yyyy-MM-dd HH:mm:ssXXX"), "timestamp", "0001-01-01 00:00:00+14:00", "TS_FORMAT"),
    (moments("yyyy-MM-dd HH:mm:ss.SSSSSSS"), "timestamp_ntz", "2024-02-09 12:00:00.1234567", "TS_FORMAT"),
    (moments("dd.MM.yyyy HH:mm", timezone="Europe/Berlin"), "timestamp", "31.03.2024 02:30", "TS_FORMAT"),
    (moments("dd.MM.yyyy HH:mm", timezone="Europe/Berlin"), "timestamp", "27.10.2024 02:30", "TS_FORMAT"),
    *((TextRules(binary="hex"), "binary", cell, "TYPE_FORMAT") for cell in (
        "0", "0g", "0x00", "\\x00", " 00", "\uff10\uff10")),
    *((PLAIN_TEXT, "binary", cell, "TYPE_FORMAT") for cell in (
        "A", "AA", "AAA", "AA=", "A===", "====", "=AAA", "AA==AA==", "AB==", "AAB=", "AAA\n", "AA A", "AA-_", "AA=A")),
    (PLAIN_TEXT, "array<int>", "null", "TYPE_FORMAT"),
    (PLAIN_TEXT, "array<int>", "[1", "NOT_JSON"),
    (PLAIN_TEXT, "array<int>", "[1] ]", "NOT_JSON"),
    (PLAIN_TEXT, "array<int>", "[NaN]", "NOT_JSON"),
    (PLAIN_TEXT, "array<int>", "", "NOT_JSON"),
    (PLAIN_TEXT, "array<int>", "[1.5]", "TYPE_FORMAT"),
    (PLAIN_TEXT, "array<int>", "[3000000000]", "TYPE_OVERFLOW"),
    (PLAIN_TEXT, "array<int>", "{}", "TYPE_FORMAT"),
    (PLAIN_TEXT, "map<string,int>", '{"a":1,"a":1}', "DUPLICATE_KEY"),
    (PLAIN_TEXT, "struct<a:int>", '{"b":1}', "UNKNOWN_FIELD"),
    (PLAIN_TEXT, "array<string>", '["e\u0301"]', "NOT_NFC"),
    (PLAIN_TEXT, "array<string>", '["\\u0000"]', "CONTROL_CHAR"),
    (PLAIN_TEXT, "array<string>", '["\\ud800"]', "ENCODING"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "kind", "cell", "value"), READ)
def test_is_read_as_declared(rules, kind, cell, value):
    for cells in ([cell], [None, cell, None, cell]):
        found = column(cells, kind, rules)
        assert (found.values.to_pylist(), found.bad) == ([None if one is None else value for one in cells], {})


@pytest.mark.parametrize(("rules", "kind", "cell", "code"), REFUSED)
def test_is_not_read_as_declared(rules, kind, cell, code):
    good = next((text for known, type_, text, _ in READ if known == rules and type_ == kind), None)
    found = column([good, cell, None, good, cell], kind, rules)
    assert found.bad == {1: code, 4: code}
    assert column([cell], kind, rules).bad == {0: code}


@pytest.mark.parametrize(("rules", "kind", "cell"), [one[:3] for one in READ if one[0] != PLAIN_TEXT])
def test_what_is_not_declared_is_not_read(rules, kind, cell):
    iso = cell == "2024-02-09T12:00:00Z"  # as it happens
    assert bool(column([cell], kind, PLAIN_TEXT).bad) != iso


def test_a_word_for_nan_is_nan():
    found = column(["NaN", "1", "n/a"], "double", WORDS)
    assert [math.isnan(value) for value in found.values.to_pylist()] == [True, False, True]


def test_a_cell_that_two_formats_read_differently_has_none():
    both = ("dd/MM/yyyy", "MM/dd/yyyy")  # a source refuses to declare these together
    cells, shapeless = iso_moments(pa.array(["01/02/2024", "02/02/2024", "13/02/2024", None]), both, "date")
    assert cells.to_pylist() == [None, "2024-02-02", "2024-02-13", None]
    assert shapeless.tolist() == [True, False, False, False]


def test_a_number_of_more_than_128_bits_does_not_wrap_around():
    assert column([str((1 << 128) + 5)], "decimal(38,0)", PLAIN_TEXT).bad == {0: "TYPE_OVERFLOW"}
    assert column(["212646"], "decimal(38,38)", PLAIN_TEXT).bad == {0: "TYPE_OVERFLOW"}
    assert column([f"0.{'0' * 38}1"], "decimal(38,38)", PLAIN_TEXT).bad == {0: "DECIMAL_SCALE"}
    long = column([f"1.{'0' * 60}", "2"], "decimal(3,1)", PLAIN_TEXT)
    assert (long.values.to_pylist(), long.bad) == ([1, 2], {})


def test_a_float_too_near_to_zero_is_none():
    cells = ["1e-400", f"0.{'0' * 400}1", "-1e-400", "0e-400", "0.0", "5e-324", "-0"]
    found = column(cells, "double", PLAIN_TEXT)
    assert found.bad == dict.fromkeys(range(3), "TYPE_OVERFLOW")
    assert found.values.to_pylist()[3:] == [0.0, 0.0, 5e-324, 0.0]
    assert column(["1e-50"], "float", PLAIN_TEXT).bad == {0: "TYPE_OVERFLOW"}


def _grouped(digits: str, mark: str) -> str:
    head = len(digits) % 3 or 3
    return mark.join([digits[:head], *(digits[at : at + 3] for at in range(head, len(digits), 3))])


@st.composite
def numerals(draw):
    marks = draw(st.permutations([".", ",", "'", " ", "_", "\u00a0", "\u202f"]))
    return Numerals(marks[0], draw(st.sampled_from(["", marks[1]])), *(draw(st.booleans()) for _ in range(3)))


@st.composite
def spelled(draw, number: Decimal, how: Numerals):
    """The number in any way that the declaration allows."""
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits)).rjust(1 - exponent, "0")
    whole, part = (text[:exponent], text[exponent:]) if exponent else (text, "")
    if how.leading_zeros:
        whole = "0" * draw(st.integers(0, 3)) + whole
    if how.grouping and draw(st.booleans()):
        whole = _grouped(whole, how.grouping)
    mantissa = whole + (how.decimal + part if part else "")
    if how.exponent and draw(st.booleans()):
        mantissa += draw(st.sampled_from(["e0", "E+0", "e-00"]))
    return ("-" if sign else draw(st.sampled_from(["", "+"])) if how.plus else "") + mantissa


@SETTINGS
@given(st.data(), numerals())
def test_numbers_come_back_in_every_declared_spelling(data, how):
    places = data.draw(st.integers(0, 4))
    numbers = data.draw(st.lists(st.decimals(-(10**12), 10**12, places=places, allow_nan=False), min_size=1))
    cells = [data.draw(spelled(number, how)) for number in numbers]
    found = column(cells, "decimal(20,4)", TextRules(numbers=how))
    assert (found.values.to_pylist(), found.bad) == (numbers, {})
    wholes = [round(number) for number in numbers]
    cells = [data.draw(spelled(Decimal(number), how)) for number in wholes]
    found = column(cells, "bigint", TextRules(numbers=how))
    assert (found.values.to_pylist(), found.bad) == (wholes, {})


@SETTINGS
@given(st.decimals(allow_nan=False, allow_infinity=False), st.sampled_from([(5, 2), (38, 0), (38, 38), (10, 10)]))
def test_any_decimal_with_an_exponent_is_read_exactly_or_refused(number, size):
    precision, scale = size
    found = column([str(number)], f"decimal({precision},{scale})", LOOSE)
    _, digits, exponent = number.as_tuple()
    places = -exponent - (len(digits) - len("".join(map(str, digits)).rstrip("0")))
    if number and places > scale:
        assert found.bad == {0: "DECIMAL_SCALE"}
    elif number and number.adjusted() >= precision - scale:
        assert found.bad == {0: "TYPE_OVERFLOW"}
    else:
        assert found.values.to_pylist() == [number]


DATE_FORMATS = ["yyyy-MM-dd", "dd.MM.yyyy", "d.M.yyyy", "yyyyMMdd", "MMM dd, uuuu", "dMMMyyyy", "'on' d/MM yyyy"]
CLOCK_FORMATS = ["HH:mm:ss.SSSSSS", "H-mm-ss.SSSSSSSSS", "HHmmssSSSSSS"]


@SETTINGS
@given(st.sampled_from(DATE_FORMATS), st.lists(st.dates(), min_size=1))
def test_dates_come_back_in_every_declared_format(text, days):
    known = moment_format(text, "date")
    cells = [known.write(datetime(day.year, day.month, day.day)) for day in days]
    found = column(cells, "date", dates(text))
    assert (found.values.to_pylist(), found.bad) == (days, {})
    assert [known.iso(cell) for cell in cells] == [day.isoformat() for day in days]


@SETTINGS
@given(st.sampled_from(DATE_FORMATS), st.sampled_from(CLOCK_FORMATS), st.lists(st.datetimes(), min_size=1))
def test_clocks_come_back_in_every_declared_format(day, clock, moments_):
    text = f"{day}' at '{clock}"
    write = moment_format(text, "timestamp").write
    found = column([write(moment) for moment in moments_], "timestamp_ntz", moments(text))
    assert (found.values.to_pylist(), found.bad) == (moments_, {})


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=OFFSETS)


@SETTINGS
@given(st.sampled_from([sign * n for sign in "Xx" for n in (1, 2, 3)]), st.lists(INSTANTS, min_size=1))
def test_instants_come_back_whatever_their_offset(letters, instants):
    text = f"yyyy-MM-dd HH:mm:ss.SSSSSS{letters}"
    known = moment_format(text, "timestamp")
    cells = [known.write(one) for one in instants]
    found = column(cells, "timestamp", moments(text))
    assert (found.values.to_pylist(), found.bad) == (instants, {})
    assert [datetime.fromisoformat(known.iso(cell)) for cell in cells] == instants


@SETTINGS
@given(st.lists(st.one_of(st.none(), st.binary(max_size=20))))
def test_bytes_come_back(contents):
    for rules, write in ((PLAIN_TEXT, base64.b64encode), (TextRules(binary="hex"), bytes.hex)):
        cells = [None if one is None else (lambda text: text if isinstance(text, str) else text.decode())(write(one))
                 for one in contents]  # fmt: skip
        found = column(cells, "binary", rules)
        assert (found.values.to_pylist(), found.bad) == (contents, {})


@SETTINGS
@given(st.lists(st.text("AZaz09+/=- \n\u00e9", max_size=9)))
def test_base64_is_what_an_encoder_writes(texts):
    found = column(texts, "binary", PLAIN_TEXT)
    for row, text in enumerate(texts):
        try:
            fits = base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
        except ValueError:
            fits = False
        assert (row not in found.bad) == fits


@SETTINGS
@given(st.lists(st.text().map(lambda text: normalize("NFC", text))))
def test_texts_come_back(texts):
    found = column(texts, "string", TextRules(control=True))
    assert (found.values.to_pylist(), found.bad) == (texts, {})


KINDS = ["tinyint", "bigint", "float", "double", "decimal(5,2)", "decimal(38,0)", "boolean", "date", "timestamp",
         "timestamp_ntz", "binary", "string", "array<int>"]  # fmt: skip
CELLS = st.one_of(
    st.none(),
    st.text("019+-.,eE' \u0661\uff11_", max_size=6),
    st.text("0123456789-:T Z+.", max_size=26),
    st.sampled_from([cell for _, _, cell, _ in (*READ, *REFUSED)]),
    st.datetimes().map(str),
    st.datetimes(timezones=OFFSETS).map(str),
    st.integers(-(1 << 66), 1 << 66).map(str),
    st.text(max_size=3),
)
RULES = [PLAIN_TEXT, GERMAN, LOOSE, WORDS, TextRules(timezone="Europe/Berlin"), dates("dd.MM.yyyy", "M/d/yyyy"),
         moments("dd.MM.yyyy HH:mm", "yyyy-MM-dd HH:mm:ssXXX", timezone="Europe/Berlin"), TextRules(binary="hex"),
         TextRules(nfc=False, control=True)]  # fmt: skip


@SETTINGS
@given(st.sampled_from(KINDS), st.sampled_from(RULES), st.lists(CELLS, max_size=8))
def test_a_cell_has_its_verdict_whatever_stands_beside_it(kind, rules, cells):
    together = column(cells, kind, rules)
    for row, cell in enumerate(cells):
        alone = column([cell], kind, rules)
        assert together.bad.get(row) == alone.bad.get(0)
        if row not in together.bad:
            assert repr(together.values[row].as_py()) == repr(alone.values[0].as_py())
