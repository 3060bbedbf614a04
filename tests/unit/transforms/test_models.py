"""What the models of the transforms promise without an engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

import mesh_etl.transforms  # noqa: F401  (registers the transforms)
from mesh_etl.transforms.base import transform
from mesh_etl.transforms.cast import lossless

CASES = Path(__file__).parents[2] / "cases"


def test_every_transform_has_cases_and_a_yaml_example():
    for name in transform:
        assert (CASES / f"{name}.yaml").is_file()
        assert f"- {{type: {name}, " in (transform[name].__doc__ or "")


@pytest.mark.parametrize(
    ("config", "traced"),
    [
        ({"type": "filter", "where": "a"}, True),
        ({"type": "join", "with": "o", "on": ["k"]}, True),
        ({"type": "join", "with": "o", "on": ["k"], "matches": "many"}, False),
        ({"type": "join", "with": "o", "on": ["k"], "matches": "many", "how": "semi"}, True),
        ({"type": "flatten", "columns": ["s"]}, True),
        ({"type": "flatten", "explode": "l"}, False),
        ({"type": "aggregate", "columns": {"n": "count(*)"}}, False),
        ({"type": "union", "with": ["o"]}, False),
        ({"type": "sql", "query": "select 1 as one from source"}, False),
        ({"type": "python", "function": "m:f"}, False),
    ],
)
def test_which_transforms_keep_rows_traced(config, traced):
    assert transform[config["type"]].model_validate(config).is_traced() is traced


def test_what_a_transform_reads():
    assert transform["join"].model_validate({"type": "join", "with": "o", "on": ["k"]}).reads() == ("o",)
    assert transform["union"].model_validate({"type": "union", "with": ["a", "b"]}).reads() == ("a", "b")
    query = {"type": "sql", "query": "select * from source join o using (k)"}
    assert transform["sql"].model_validate(query).reads() == ("o",)


def test_a_config_survives_being_written_and_read():
    config = {"type": "join", "with": "o", "on": {"a": "b"}, "how": "inner"}
    model = transform["join"].model_validate(config)
    assert transform["join"].model_validate(model.model_dump(mode="json")) == model
    assert model.model_dump(mode="json")["with"] == "o"


@pytest.mark.parametrize(
    "config",
    [
        {"type": "dedupe", "keys": []},
        {"type": "dedupe", "keys": ["k"], "order_by": ["-"]},
        {"type": "dedupe", "keys": ["k"], "order_by": ["_mesh_row"]},
        {"type": "derive"},
        {"type": "mask", "columns": ["a"], "method": {"type": "hmac"}},
        {"type": "mask", "columns": ["a"], "method": {"type": "redact", "key": {"secret": "env:K"}}},
        {"type": "flatten", "columns": ["s"], "prefix": "_mesh_"},
        {"type": "python", "function": "os.system"},
        {"type": "select", "columns": ["a"], "colums": ["b"]},
    ],
)
def test_what_cannot_be_written_down(config):
    with pytest.raises(ValidationError):
        transform[config["type"]].model_validate(config)


@pytest.mark.parametrize(
    ("have", "wanted", "expected"),
    [
        ("int", "bigint", True),
        ("bigint", "int", False),
        ("int", "double", True),
        ("int", "float", False),
        ("bigint", "decimal(19,0)", True),
        ("bigint", "decimal(19,1)", False),
        ("decimal(5,2)", "decimal(7,4)", True),
        ("decimal(5,2)", "decimal(6,4)", False),
        ("decimal(5,2)", "double", False),
        ("date", "timestamp", True),
        ("timestamp", "date", False),
        ("double", "float", False),
        ("array<int>", "array<int>", True),
        ("array<int>", "string", False),
        ("interval day", "string", False),
    ],
)
def test_lossless_casts(have, wanted, expected):
    assert lossless(have, wanted) is expected
