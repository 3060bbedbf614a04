"""Templates as values: ids, order, and the same text in JSON and YAML."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mesh_etl.deploy.synth.limits import held
from mesh_etl.deploy.synth.shards import SHARDS, number, sharded
from mesh_etl.deploy.synth.template import Resource, Template, logical, retained
from mesh_etl.errors import ConfigError

NAME = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
ONE = Template(
    "jobs", "One", {"B": Resource("T", {"x": None, "y": [{"z": None}]}, after=("A",)), "A": retained("T", {})}
)


def test_resources_are_in_order_and_nothing_is_left_of_none() -> None:
    body = ONE.body()
    assert list(body["Resources"]) == ["A", "B"]
    assert body["Resources"]["B"] == {"Type": "T", "DependsOn": ["A"], "Properties": {"y": [{}]}}
    assert body["Resources"]["A"]["DeletionPolicy"] == body["Resources"]["A"]["UpdateReplacePolicy"] == "Retain"


def test_yaml_says_what_json_says() -> None:
    texts = [
        "yes",
        "No",
        "0123",
        "1e3",
        "0x1f",
        '{"k": "v: #"}',
        "",
        "a\nb",
        "12:30",
        "~",
        "é",
        "null",
        "plain words",
        "=",
        "*",
    ]
    one = Template(
        "jobs", "Ärger: 100 %", {"A": Resource("T", {"texts": texts, "yes": True, "number": 7, "part": 0.5})}
    )
    newest = YAML(typ="safe", pure=True).load(one.yaml())
    assert yaml.safe_load(one.yaml()) == newest == json.loads(one.text()) == one.body()


@given(NAME, NAME)
def test_different_products_have_different_ids(one: str, other: str) -> None:
    assert (logical(one, "job") == logical(other, "job")) == (one == other)


def test_ids_are_letters_and_digits() -> None:
    assert logical("order_items", "job") == "OrderItemsJob"
    assert logical("order_1") != logical("order1")
    assert all(logical(one).isalnum() for one in ("a_", "a__b", "ß", "a-b"))


def test_a_product_is_always_in_the_same_template() -> None:
    names = [f"sales.p{number}" for number in range(200)]
    assert {number(one) for one in names} == set(range(1, SHARDS + 1))
    few = sharded("jobs", "Few", [(one, {logical(one): Resource("T", {})}) for one in names[:3]])
    many = sharded("jobs", "Many", [(one, {logical(one): Resource("T", {})}) for one in names])
    for template in few:
        assert template.resources.items() <= next(one for one in many if one.name == template.name).resources.items()


def test_the_first_template_is_sent_itself() -> None:
    long = Template("base", "Long", {"R": Resource("T", {"text": "x" * 51_200})})
    held(ONE, [long])
    with pytest.raises(ConfigError, match="of 51,200"):
        held(long, [])


def test_two_things_of_one_name_are_told() -> None:
    with pytest.raises(ConfigError) as error:
        sharded("jobs", "Two", [("sales.a", {"X": Resource("T", {})}), ("sales.a", {"X": Resource("T", {})})])
    assert error.value.code == "NAME_TAKEN"


def test_what_is_too_large_is_told() -> None:
    many = Template("jobs-1", "Many", {f"R{at}": Resource("T", {}) for at in range(501)})
    long = Template("jobs-2", "x" * 1025, {"R" * 256: Resource("T", {"text": "x" * 1_000_000})})
    with pytest.raises(ConfigError) as error:
        held(ONE, [many, long])
    assert {fault.code for fault in error.value.faults} == {"TEMPLATE_TOO_LARGE"}
    assert [fault.problem.split("' has ")[1] for fault in error.value.faults] == [
        "501 resources, of 500",
        f"{len(long.data):,} bytes, of 1,000,000",
        "1,025 characters in its description, of 1,024",
        "256 characters in a logical id, of 255",
    ]
