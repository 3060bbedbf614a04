from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.config.partition import PartitionField
from mesh_etl.config.threshold import Checks, MaxRejected

COLUMNS = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "column", "transform", "name"),
    [
        ("region", "region", "identity", "region"),
        ("month(ship_date)", "ship_date", "month", "ship_date_month"),
        ("year( d )", "d", "year", "d_year"),
        ("day(d) as the_day", "d", "day", "the_day"),
        ("region as r", "region", "identity", "r"),
        ("month", "month", "identity", "month"),
    ],
)
def test_partition_field(text: str, column: str, transform: str, name: str) -> None:
    field = PartitionField.parse(text)
    assert (field.column, field.transform, field.name) == (column, transform, name)


@pytest.mark.parametrize("text", ["", "hour(d)", "month(d", "Month(d)", "Region", "a b", "a as", "month(d) as X", "1a"])
def test_text_that_is_no_partition_field(text: str) -> None:
    with pytest.raises(ValueError, match="neither a column nor"):
        PartitionField.parse(text)


@given(COLUMNS, st.sampled_from(["identity", "year", "month", "day"]), st.one_of(st.just(""), COLUMNS))
def test_partition_field_reads_what_it_writes(column: str, transform: str, name: str) -> None:
    field = PartitionField(column, transform, name)
    assert PartitionField.parse(str(field)) == field


@pytest.mark.parametrize(
    ("stated", "rejected", "read", "allowed"),
    [
        (0, 0, 0, True),
        (0, 1, 10, False),
        (10, 10, 10, True),
        (10, 11, 1000, False),
        ("7", 7, 7, True),
        ("1%", 1, 100, True),
        ("1%", 2, 199, False),
        ("0.5%", 1, 200, True),
        ("0.5%", 1, 199, False),
        ("0%", 0, 0, True),
        ("100 %", 5, 5, True),
        ("0.1%", 3, 3000, True),
    ],
)
def test_threshold(stated: int | str, rejected: int, read: int, allowed: bool) -> None:
    assert MaxRejected.parse(stated).allows(rejected, read) is allowed


@pytest.mark.parametrize("stated", [-1, True, "many", "101%", "-1%", "%", 0.05, None])
def test_what_is_no_threshold(stated: object) -> None:
    with pytest.raises(ValueError, match="neither a number of rows nor a percentage"):
        MaxRejected.parse(stated)  # type: ignore[arg-type]


@pytest.mark.parametrize(("stated", "shown"), [(100, "100 rows"), ("1%", "1%"), ("0.50%", "0.5%"), ("100%", "100%")])
def test_threshold_is_printable(stated: int | str, shown: str) -> None:
    assert str(MaxRejected.parse(stated)) == shown


def test_default_threshold_is_five_percent() -> None:
    assert str(Checks().max_rejected) == "5%"
