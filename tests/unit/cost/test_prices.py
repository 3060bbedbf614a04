"""The table of prices, ours and a user's."""

from __future__ import annotations

import json

import pytest

from mesh_etl.cost.prices import PriceTable, generation
from mesh_etl.errors import ConfigError


def test_our_table_says_where_it_is_from():
    table = PriceTable.read()
    assert all("https://" in prices.source for prices in table.regions.values())
    assert table.of("us-east-1")[1].dpu_hour["5"].standard == 0.44


@pytest.mark.parametrize(
    ("region", "stands_in"), [("eu-west-1", "eu-west-1"), ("eu-north-1", "eu-west-1"), ("ap-south-2", "us-east-1")]
)
def test_the_nearest_region_stands_in(region, stands_in):
    assert PriceTable.read().of(region)[0] == stands_in


def test_glue_6_is_a_generation_of_its_own():
    assert [generation(one) for one in ("5.0", "5.1", "6.0", "auto")] == ["5", "5", "6", "5"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file"),
        ("[]", "the file"),
        ('{"currency": "EUR", "asked": "2026-01-01", "regions": {}}', "currency"),
        (json.dumps({"currency": "USD", "asked": "x", "regions": {"r": {}}}), "asked"),
    ],
)
def test_a_table_that_is_none_is_told(tmp_path, text, problem):
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(ConfigError) as raised:
        PriceTable.read(tmp_path / "mine.json")
    [fault] = raised.value.faults
    assert fault.code == "PRICES_UNREADABLE"
    assert fault.problem.startswith(problem)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="No such file or directory"):
        PriceTable.read(tmp_path / "none.json")
