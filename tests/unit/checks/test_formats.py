"""Which texts have which format."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from mesh_etl.checks.formats import PATTERNS, Format
from mesh_etl.contract.regex import refusal

GOOD = {
    "email": ["a@b", "a.b+c@example.org", "o'hara@example.co.uk", "x" * 64 + "@example.org"],
    "hostname": ["a", "db-1.example.org", "1.example", "a" * 63 + ".b"],
    "ipv4": ["0.0.0.0", "255.255.255.255", "192.0.2.1"],
    "ipv6": ["::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::ffff:192.0.2.1",
             "1:2:3:4:5:6:192.0.2.1", "1::8", "1:2:3::6:7:8", "fe80::a:b", "::2:3:4:5:6:7:8"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
    "uri": ["https://example.org", "https://user@example.org:8080/a%20b?c=d&e=/f?g#h", "urn:isbn:0451450523",
            "mailto:a@b.org", "file:///tmp/x", "http://[2001:db8::1]/", "s3://bucket/key"],
    "byte": ["", "aGk=", "aGVsbG8=", "YWJj", "YQ=="],
    "date": ["2024-02-29", "2000-02-29", "1999-12-31", "0000-02-29"],
    "time": ["00:00:00Z", "23:59:59.999+05:30", "12:00:00z"],
    "date-time": ["2024-02-29T23:59:59Z", "2024-01-01t00:00:00.123456789-01:00"],
    "duration": ["P1D", "P1Y2M3DT4H5M6S", "PT1H", "PT36H", "P4W", "P1M", "PT1M", "P1DT1S"],
}  # fmt: skip
BAD = {
    "email": ["", "a", "@b", "a@", "a@@b", "a b@c", ".a@b", "a.@b", "a..b@c", "a@-b", "a@b.", "a@b\n",
              "x" * 250 + "@b.org"],
    "hostname": ["", "-a", "a-", "a..b", "a_b", "a" * 64, ".".join(["a" * 60] * 5)],
    "ipv4": ["", "1.2.3", "256.1.1.1", "01.2.3.4", "1.2.3.4.5", "1.2.3.4 "],
    "ipv6": ["", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
             "::256.0.0.1", "1:2:3:4:5:6:7:8::"],
    "uuid": ["", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"],
    "uri": ["", "example.org", "/a/b", "//example.org", "1http://x", "http://a b", "http://a/%zz", "http://é"],
    "byte": ["a", "aGk", "aG k=", "=aGk", "aGk=="],
    "date": ["", "2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "2024-00-10", "2024-1-1",
             "24-01-01", "2024-02-30"],
    "time": ["", "24:00:00Z", "12:00:00", "12:60:00Z", "12:00Z", "23:59:60Z", "12:00:00.Z"],
    "date-time": ["", "2024-01-01 00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01T00:00:00"],
    "duration": ["", "P", "PT", "1D", "P1DT", "P1S", "PT1D", "P1W1D", "P1Y1D"],
}  # fmt: skip


def verdict(name, texts):
    return dict(zip(texts, Format("r", "c", True, name).wrong(pa.array(texts, pa.string())).to_pylist(), strict=True))


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_knows_texts_of_the_format_from_others(name):
    assert verdict(name, GOOD[name]) == dict.fromkeys(GOOD[name], False)
    assert verdict(name, BAD[name]) == dict.fromkeys(BAD[name], True)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_the_pattern_is_one_of_re2(name):
    assert refusal(PATTERNS[name]) is None
    assert re.compile(PATTERNS[name]).groups == 0


def test_null_is_left_to_required():
    assert Format("r", "c", True, "date").wrong(pa.array([None], pa.string())).to_pylist() == [None]
