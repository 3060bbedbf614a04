from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import understand
from mesh_etl.contract.review import review
from mesh_etl.contract.rewrite import Rewrite
from mesh_etl.contract.upgrade import left, upgraded
from mesh_etl.errors import ConfigError

CASES = Path(__file__).parents[2] / "cases" / "odcs" / "upgrade"
CONFIGS = Path(__file__).parents[3] / "configs"
OLD = (CASES / "orders-3.0.yaml").read_text()
NEW = (CASES / "orders-3.2.yaml").read_text()


def test_every_old_spelling_becomes_the_new_one_and_the_rest_stays():
    assert upgraded(OLD, "orders.yaml") == NEW


def test_what_comes_out_is_the_newest_version_without_a_word_left(tmp_path):
    path = tmp_path / "orders.yaml"
    path.write_text(NEW)
    assert review(path, "orders.yaml", strict=True).faults == ()
    assert left(NEW, "orders.yaml") == ()


def test_the_contract_means_the_same():
    before, after = understand(parse(OLD, "a")), understand(parse(NEW, "b"))
    assert after.schema == before.schema
    rules = [[(loc, str(rule.comparison), rule.measure) for loc, rule in one.odcs.rules()] for one in (before, after)]
    assert rules[0] == rules[1]
    bounds = [[(o.lower, o.upper) for c in one.columns[:2] if (o := c.logical_type_options)] for one in (before, after)]
    assert bounds[0] == bounds[1]
    assert [one.members[0].username for one in (before.odcs, after.odcs)] == ["ann", "ann"]


def test_a_second_time_changes_nothing():
    assert upgraded(NEW, "orders.yaml") == NEW


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("contract.yaml")), ids=lambda path: path.parent.name)
def test_a_contract_without_old_spellings_stays_byte_for_byte(path):
    newest = path.read_bytes().decode().replace("apiVersion: v3.1.0", "apiVersion: v3.2.0")
    assert upgraded(path.read_bytes().decode(), path.name) == upgraded(newest, path.name) == newest


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_byte_order_mark_stay(mark):
    windows = mark + OLD.replace("\n", "\r\n")
    assert upgraded(windows, "orders.yaml") == mark + NEW.replace("\n", "\r\n")


FLOW = (
    "{apiVersion: v3.0.2, kind: DataContract, id: a, version: '1', "
    "schema: [{name: t, properties: [%s]}], team: [{username: b}]}"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("exclusiveMinimum: true, minimum: 1", "exclusiveMinimum: 1"),
        ("minimum: 1, exclusiveMinimum: true", "exclusiveMinimum: 1"),
        ("exclusiveMinimum: true, exclusiveMaximum: true, minimum: 1, maximum: 2",
         "exclusiveMinimum: 1, exclusiveMaximum: 2"),
        ("minimum: 1, exclusiveMinimum: false, maximum: 2, exclusiveMaximum: true", "minimum: 1, exclusiveMaximum: 2"),
        ("exclusiveMinimum: false", ""),
    ],
)  # fmt: skip
def test_a_contract_on_one_line(before, after):
    column = "{name: c, logicalType: integer, logicalTypeOptions: {%s}}"
    text = upgraded(FLOW % column % before, "a.yaml")
    team = "team: {members: [{username: b}]}"
    assert text == (FLOW.replace("team: [{username: b}]", team).replace("v3.0.2", "v3.2.0") % column % after)


def test_a_contract_in_json_stays_json():
    rule = {"rule": "validValues", "validValues": ["x"], "description": "d"}
    column = {"name": "a", "logicalType": "string", "quality": [rule]}
    head = {"apiVersion": "v3.0.2", "kind": "DataContract", "id": "a", "version": "1"}
    level = {"property": "latency", "value": 1, "unit": "d"}
    old = {
        **head,
        "slaDefaultElement": "t.a",
        "slaProperties": [level],
        "schema": [{"name": "t", "properties": [column]}],
    }
    new = json.loads(upgraded(json.dumps(old, indent=2), "a.json"))
    assert new["schema"][0]["properties"][0]["quality"] == [
        {"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": ["x"]}, "description": "d"}
    ]
    assert new["slaProperties"] == [{"property": "latency", "element": "t.a", "value": 1, "unit": "d"}]
    assert "slaDefaultElement" not in new


def test_what_is_no_contract_is_refused_with_its_line():
    with pytest.raises(ConfigError, match=r"a\.yaml:2:1.*UNKNOWN_KEY"):
        upgraded("apiVersion: v3.0.2\nkin: DataContract\nkind: DataContract\nid: a\nversion: b\n", "a.yaml")


def test_what_only_its_owner_can_say_is_left_and_told():
    text = "apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: '1'\ndataProduct: b\n"
    assert [fault.code for fault in left(upgraded(text, "a.yaml"), "a.yaml")] == ["DEPRECATED_KEY"]


@given(st.integers(1, 6), st.sets(st.integers(0, 5)), st.booleans(), st.booleans())
def test_removing_keys_leaves_the_others(size, gone, flow, item):
    names = [f"k{index}" for index in range(size)]
    dropped = [name for index, name in enumerate(names) if index in gone]
    pairs = [f"{name}: {index}" for index, name in enumerate(names)]
    if flow:
        text = "top: [{" + ", ".join(pairs) + "}]" if item else "top: {" + ", ".join(pairs) + "}"
    else:
        head, indent = ("top:\n  - ", "    ") if item else ("top:\n  ", "  ")
        text = head + f"\n{indent}".join(pairs) + "\n"
    rewrite = Rewrite(text)
    for name in dropped:
        rewrite.remove(("top", 0, name) if item else ("top", name))
    if len(dropped) < size or flow:
        found = parse(rewrite.text(), "x").data["top"]
        assert list(found[0] if item else found) == [name for name in names if name not in dropped]
