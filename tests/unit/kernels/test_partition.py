"""Into which partitions rows fall, and how the paths of those are spelled."""

from __future__ import annotations

import datetime
import unicodedata
from decimal import Decimal
from urllib.parse import unquote

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.errors import RunError
from mesh_etl.kernels.write.partition import NULL_VALUE, PartitionKey, groups, path


def falls(column, kind, transform="identity"):
    """The partition value of each row."""
    table = pa.table({"c": pa.array(column, kind)})
    found = [None] * len(column)
    for values, rows in groups(table, (PartitionKey("p", "c", transform),)):
        assert sorted(rows) == list(rows)
        for row in rows:
            found[row] = values[0]
    return found


@pytest.mark.parametrize(
    ("kind", "column", "values"),
    [
        (pa.string(), ["DE", "a b", "é", None, "x/y"], ["DE", "a b", "é", None, "x/y"]),
        (pa.int32(), [7, None, -1, 7], ["7", None, "-1", "7"]),
        (pa.bool_(), [True, False, None], ["true", "false", None]),
        (pa.date32(), [datetime.date(1969, 12, 31), None], ["1969-12-31", None]),
        (pa.string(), [None, None], [None, None]),
    ],
)
def test_a_column_is_its_own_partition(kind, column, values):
    assert falls(column, kind) == values


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("us", "UTC")])
def test_moments_fall_into_their_hour(kind):
    zone = datetime.UTC if kind.tz else None
    moments = [
        datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, zone),
        datetime.datetime(2026, 11, 21, 13, 0, 0, 0, zone),
        datetime.datetime(9999, 12, 31, 0, 0, 0, 0, zone),
        None,
    ]
    assert falls(moments, kind, "hour") == ["1969-12-31-23", "2026-11-21-13", "9999-12-31-00", None]


def test_buckets_and_beginnings_part_the_rows():
    assert falls([34, None, 34], pa.int64(), "bucket[16]") == ["3", None, "3"]
    assert falls(["iceberg", "icicle", None], pa.string(), "truncate[2]") == ["ic", "ic", None]
    assert falls([-1, 10], pa.int64(), "truncate[10]") == ["-10", "10"]
    assert falls([Decimal("10.65"), Decimal("10.50")], pa.decimal128(4, 2), "truncate[50]") == ["10.50"] * 2
    assert falls([Decimal("0.0000001")], pa.decimal128(9, 7), "truncate[1]") == ["0.0000001"]


def test_dates_before_our_era_fall_somewhere():
    days = pa.array([-800_000, 0], pa.int32()).view(pa.date32())
    table = pa.table({"c": days})
    for transform in ("identity", "year", "month", "day"):
        assert len(groups(table, (PartitionKey("p", "c", transform),))) == 2


@given(st.lists(st.text(min_size=1, max_size=30).map(lambda text: unicodedata.normalize("NFC", text)), max_size=10))
def test_a_path_tells_its_value(texts):
    """What Hive, Spark and DuckDB do with a path: cut it at `/`, at the first `=`, and undo the escapes."""
    for text in texts:
        spelled = path((PartitionKey("k", "c"), PartitionKey("z", "c")), (text, None))
        folder, last = spelled.split("/")
        name, _, value = folder.partition("=")
        assert (name, unquote(value, errors="strict"), last) == ("k", text, f"z={NULL_VALUE}")


def test_a_value_that_no_folder_can_be_called_by_is_refused():
    assert falls(["x" * 253], pa.string()) == ["x" * 253]
    for long in ("x" * 2_000, "é" * 127, "%" * 85):
        with pytest.raises(RunError) as raised:
            falls([long], pa.string())
        assert raised.value.code == "PARTITION_LONG"
        assert long not in str(raised.value)
    assert falls(["x" * 2_000], pa.string(), "truncate[16]") == ["x" * 16]


@pytest.mark.parametrize("transform", ["year", "month", "day"])
@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us"), pa.timestamp("us", "UTC")])
def test_dates_and_moments_fall_into_their_period(transform, kind):
    days = [(1, 1, 1), (1582, 10, 15), (1899, 12, 31), (1969, 12, 31), (1970, 1, 1), (2024, 2, 29), (9999, 12, 31)]
    zone = datetime.UTC if pa.types.is_timestamp(kind) and kind.tz else None
    moments = [datetime.datetime(*day, 23, 59, 59, 999999, zone) for day in days]
    column = [moment.date() for moment in moments] if kind == pa.date32() else moments
    length = {"year": 4, "month": 7, "day": 10}[transform]
    assert falls([*column, None], kind, transform) == [
        *(f"{year:04}-{month:02}-{day:02}"[:length] for year, month, day in days),
        None,
    ]


def test_nothing_but_null_has_one_partition():
    assert falls([None, None], pa.date32(), "month") == [None, None]
    assert groups(pa.table({"c": pa.array([], pa.date32())}), (PartitionKey("p", "c", "month"),)) == []


def test_without_keys_there_is_one_partition():
    ((values, rows),) = groups(pa.table({"c": [3, 1, 2]}), ())
    assert (values, list(rows)) == ((), [0, 1, 2])


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.one_of(st.none(), st.dates())), max_size=30))
def test_several_keys_part_the_rows_exactly(cells):
    table = pa.table(
        {"c": pa.array([one for one, _ in cells], pa.string()), "d": pa.array([two for _, two in cells], pa.date32())}
    )
    keys = (PartitionKey("c", "c"), PartitionKey("m", "d", "month"))
    found = groups(table, keys)
    assert sorted(int(row) for _, rows in found for row in rows) == list(range(len(cells)))
    assert len({values for values, _ in found}) == len(found)
    for values, rows in found:
        assert {(cells[row][0], cells[row][1] and cells[row][1].isoformat()[:7]) for row in rows} == {values}


@pytest.mark.parametrize("value", ["", NULL_VALUE])
def test_a_value_that_no_catalogue_tells_from_null_is_refused(value):
    with pytest.raises(RunError) as raised:
        falls(["x", value], pa.string())
    assert raised.value.code == "PARTITION_EMPTY"
    assert raised.value.faults[0].where == "column c"


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("DE", "DE"),
        (None, NULL_VALUE),
        ("a b", "a b"),
        ("x/y=z:100%", "x%2Fy%3Dz%3A100%25"),
        ("q\"u'o*te?", "q%22u%27o%2Ate%3F"),
        ("[a]{b}^c\\d#", "%5Ba%5D%7Bb}%5Ec%5Cd%23"),
        ("tab\tline\n", "tab%09line%0A"),
        ("é€", "é€"),
        ("..", ".."),
    ],
)
def test_paths_are_escaped_as_hive_and_spark_do(value, spelled):
    assert path((PartitionKey("k", "k"),), (value,)) == f"k={spelled}"


def test_the_path_of_several_keys_is_nested():
    keys = (PartitionKey("country", "country"), PartitionKey("ship_month", "ship_date", "month"))
    assert path(keys, ("DE", "1995-03")) == "country=DE/ship_month=1995-03"
    assert path((), ()) == ""
