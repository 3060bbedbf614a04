"""How values of the contract become values that cells are compared with."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

import pyarrow as pa
import pytest

from mesh_etl.checks.accepted import Accepted
from mesh_etl.checks.base import holdable, literal
from mesh_etl.checks.length import Length
from mesh_etl.checks.ranges import Range
from mesh_etl.checks.required import Missing
from mesh_etl.contract.types import parse

NEW_YEAR = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def verdict(rule, values, kind):
    mask = rule.broken(pa.RecordBatch.from_arrays([pa.array(values, kind)], ["c"]))
    return [bool(one) for one in mask.to_pylist()]


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        (5, "int", 5),
        (0.5, "int", 0.5),
        (0.1, "decimal(5,2)", Decimal("0.1")),
        (7, "decimal(5,2)", Decimal(7)),
        (True, "boolean", True),
        ("2024-01-01", "date", NEW_YEAR.date()),
        ("2024-01-01T01:00:00+01:00", "timestamp", NEW_YEAR),
        ("2024-01-01T00:00:00", "timestamp", NEW_YEAR),
        ("2024-01-01T00:00:00", "timestamp_ntz", NEW_YEAR.replace(tzinfo=None)),
        (-1, "string", "-1"),
        ("x", "varchar(3)", "x"),
    ],
)
def test_a_value_has_the_type_of_its_column(value, kind, wanted):
    assert literal(value, parse(kind)) == wanted


@pytest.mark.parametrize(
    ("value", "kind"),
    [("N/A", "int"), ("1", "bigint"), (True, "int"), ("N/A", "decimal(5,2)"), ("x", "date"), ("x", "timestamp"),
     ("false", "boolean"), (0, "boolean"), ("1e3", "double")],
)  # fmt: skip
def test_what_is_no_value_of_the_type_is_refused(value, kind):
    with pytest.raises(ValueError, match=r"."):
        literal(value, parse(kind))


@pytest.mark.parametrize(
    ("values", "kind", "held"),
    [
        ([1, 300, -1, 2**70, 1.5], pa.int8(), [1, -1]),
        ([Decimal("0.07"), Decimal("0.075")], pa.decimal128(4, 2), [Decimal("0.07")]),
        ([Decimal(1000)], pa.decimal128(4, 2), []),
        ([0.5, 1], pa.float64(), [0.5, 1.0]),
        ([], pa.string(), []),
    ],
)
def test_values_that_no_cell_can_have_are_left_out(values, kind, held):
    found = holdable(values, kind)
    assert (found.to_pylist(), found.type) == (held, kind)


def test_an_accepted_value_equals_its_cell_in_every_width():
    assert verdict(Accepted("r", "c", True, (0.1,)), [0.1, 0.2, None], pa.float32()) == [False, True, False]
    assert verdict(Accepted("r", "c", True, (1, 300)), [1, 44, None], pa.int8()) == [False, True, False]


def test_missing_values_may_name_null():
    assert verdict(Missing("r", "c", True, (None,)), ["x", None], pa.string()) == [False, True]
    assert verdict(Missing("r", "c", True, ("", "x")), ["x", None, "", "y"], pa.string()) == [True, False, True, False]
    assert verdict(Missing("r", "c", True, ()), ["x", None], pa.string()) == [False, False]


@pytest.mark.parametrize("ends", [((0, True), None), (None, (1, True)), ((0, False), (1, False))])
def test_not_a_number_is_in_no_range_and_null_in_all(ends):
    assert verdict(Range("r", "c", True, *ends), [0.5, math.nan, None], pa.float64()) == [False, True, False]


@pytest.mark.parametrize(
    ("lower", "upper", "broken"),
    [
        ((0.5, True), None, [True, True, False, False]),
        ((0.5, False), (1.5, False), [True, True, False, True]),
        ((0, False), (10**30, True), [True, True, False, False]),
        ((-(10**30), False), None, [False, False, False, False]),
        ((10**30, True), None, [True, True, True, True]),
        (None, (-(10**30), True), [True, True, True, True]),
        (None, (1e300, True), [False, False, False, False]),
        (None, (2**63 - 1, False), [False, False, False, True]),
    ],
)
def test_ends_of_whole_numbers_may_be_fractions_or_out_of_reach(lower, upper, broken):
    rule = Range("r", "c", True, lower, upper)
    assert verdict(rule, [-(2**63) + 1, 0, 1, 2**63 - 1], pa.int64()) == broken
    if (upper or lower)[0] != 2**63 - 1:
        assert verdict(rule, [-128, 0, 1, 127], pa.int8()) == broken


@pytest.mark.parametrize(
    ("lower", "upper", "broken"),
    [
        ((Decimal("0.005"), True), None, [True, True, False, False]),
        ((Decimal("1E-11"), False), (Decimal("1.005"), True), [True, True, False, True]),
        (None, (Decimal("1E+40"), True), [False, False, False, False]),
        ((Decimal("1E+40"), True), None, [True, True, True, True]),
        ((Decimal("0.01"), False), None, [True, True, True, False]),
    ],
)
@pytest.mark.parametrize("precision", [5, 38])
def test_ends_of_decimals_may_have_more_digits_than_the_column(lower, upper, broken, precision):
    cells = [Decimal("-1.50"), Decimal("0.00"), Decimal("0.01"), Decimal("7.00")]
    assert verdict(Range("r", "c", True, lower, upper), cells, pa.decimal128(precision, 2)) == broken


def test_the_length_of_bytes_is_counted_in_bytes():
    assert verdict(Length("r", "c", True, 2, 3), ["é", "éa", "éaaa"], pa.string()) == [True, False, True]
    assert verdict(Length("r", "c", True, 2, 3), [b"a", b"ab", b"abcd"], pa.binary()) == [True, False, True]


def test_infinity_is_beyond_every_end():
    bounds = Range("r", "c", True, (0, True), (1, True))
    assert verdict(bounds, [math.inf, -math.inf, 0.0, 1.0], pa.float64()) == [True, True, False, False]
