from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mesh_etl.config.compression import Compression, codecs
from mesh_etl.config.partition import PartitionField
from mesh_etl.config.target import Target
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
        ("hour(at)", "at", "hour", "at_hour"),
        ("bucket(16, id)", "id", "bucket[16]", "id_bucket"),
        ("truncate( 4,name ) as short", "name", "truncate[4]", "short"),
    ],
)
def test_partition_field(text: str, column: str, transform: str, name: str) -> None:
    field = PartitionField.parse(text)
    assert (field.column, field.transform, field.name) == (column, transform, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "week(d)",
        "bucket(id)",
        "bucket(0, id)",
        "truncate(-1, n)",
        "bucket(16, a, b)",
        "month(d",
        "Month(d)",
        "Region",
        "a b",
        "a as",
        "month(d) as X",
        "1a",
    ],
)
def test_text_that_is_no_partition_field(text: str) -> None:
    with pytest.raises(ValueError, match="neither a column nor"):
        PartitionField.parse(text)


def test_a_width_has_an_end() -> None:
    assert PartitionField.parse("bucket(2147483647, id)").transform == "bucket[2147483647]"
    with pytest.raises(ValueError, match="at most 2147483647"):
        PartitionField.parse("truncate(2147483648, name)")


TRANSFORMS = ["identity", "year", "month", "day", "hour", "bucket[16]", "truncate[1]"]


@given(COLUMNS, st.sampled_from(TRANSFORMS), st.one_of(st.just(""), COLUMNS))
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


@pytest.mark.parametrize(
    ("text", "codec", "level"),
    [
        ("zstd", "zstd", None),
        ("zstd:19", "zstd", 19),
        ("gzip:9", "gzip", 9),
        ("lz4", "lz4", None),
        ("none", "none", None),
    ],
)
def test_a_compression_reads_what_it_writes(text: str, codec: str, level: int | None) -> None:
    found = Compression.parse(text)
    assert (found.codec, found.level, str(found)) == (codec, level, text)


@pytest.mark.parametrize(
    "text", ["", "brotli", "ZSTD", "zstd:", "zstd:0", "zstd:23", "gzip:10", "snappy:1", "zstd:9:9"]
)
def test_what_is_no_compression(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not one of|levels"):
        Compression.parse(text)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"format": "orc", "compression": "gzip"}, "compression_unfit"),
        ({"format": "orc", "compression": "zstd:9"}, "compression_unfit"),
        ({"compression": "zlib"}, "compression_unfit"),
        ({"format": "orc", "numbers": "plain"}, "numbers_unfit"),
        ({"sort_by": ["a"], "cluster_by": ["a", "b"]}, "order_twice"),
        ({"cluster_by": ["a"]}, "order_single"),
        ({"partition_indexes": [["a"], ["b"], ["c"], ["d"]]}, "too_long"),
        ({"partition_indexes": [[]]}, "too_short"),
        ({"row_group_mb": 0}, "greater_than_equal"),
    ],
)
def test_what_does_not_fit_together_cannot_be_written_down(target: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Target(mode="replace", **target)
    assert [error["type"] for error in raised.value.errors()] == [code]


@pytest.mark.parametrize("format", ["parquet", "orc"])
def test_every_codec_of_a_format_fits_it(format: str) -> None:
    for codec in codecs(format):
        assert Target(mode="replace", format=format, compression=codec).compression.codec == codec  # type: ignore[arg-type]
