"""What a text of YAML says after an edit, and that nothing else of it has changed."""

from __future__ import annotations

import difflib

import pytest
from ruamel.yaml import YAML

from mesh_etl.errors import ConfigError
from mesh_etl.notebook.edited import appended, put

STEP = {"type": "filter", "where": "a <> 'x: #'"}
PLAIN = "product: a.b  # ours\nsource: {type: csv}\n\n# where it goes\ntarget:\n  mode: replace\n"
LISTS = {
    "none yet": PLAIN,
    "a block": "transforms:\n  - type: dedupe  # once\n    keys: [a]\n\n# where it goes\ntarget: {mode: replace}\n",
    "a block at the margin": "transforms:\n- {type: dedupe, keys: [a]}  # once\ntarget: {mode: replace}\n",
    "its end is the file's": "target: {mode: replace}\ntransforms:\n  - {type: dedupe, keys: [a]}",
    "text of several lines": "transforms:\n  - type: sql\n    query: |\n      select *\n\ntarget: {mode: replace}\n",
    "in one line": "transforms: [{type: dedupe, keys: [a]}]  # once\ntarget: {mode: replace}\n",
    "in several lines": "transforms: [\n  {type: dedupe, keys: [a]}  # once\n]\ntarget: {mode: replace}\n",
    "an empty one": "transforms: []\ntarget: {mode: replace}\n",
    "a block that ends with nothing": "transforms:\n  - type: dedupe\n    keys:  # which?\n\ntarget: {mode: replace}\n",
    "with line ends of Windows": "transforms:\r\n  - {type: dedupe, keys: [a]}\r\ntarget: {mode: replace}\r\n",
    "JSON": '{"transforms": [{"type": "dedupe"}], "target": {"mode": "replace"}}\n',
}
VALUES = {
    "none yet": (PLAIN, "checks"),
    "a block": ("target:\n  # how\n  mode: replace  # all of it\n\nchecks: {}\n", "target"),
    "in one line": ("target: {mode: replace}  # all of it\n", "target"),
    "an empty one": ("target: {}\n", "target"),
    "a block that ends with nothing": ("target:\n  mode:  # which?\nchecks: {}\n", "target"),
}


def said(text):
    return YAML(typ="safe", pure=True).load(text)


def taken_away(before, after):
    """The lines that are no longer there."""
    return [line for line in difflib.ndiff(before.splitlines(True), after.splitlines(True)) if line.startswith("- ")]


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_step_is_the_last_one(text):
    after = appended(text, "transforms", STEP)
    before = said(text)
    assert said(after) == before | {"transforms": [*before.get("transforms", []), STEP]}
    assert said(appended(after, "transforms", STEP))["transforms"][-2:] == [STEP, STEP]


@pytest.mark.parametrize("name", [one for one in LISTS if "block" in one or "lines" in one or one == "none yet"])
def test_no_line_of_a_block_is_touched(name):
    gone = taken_away(LISTS[name], appended(LISTS[name], "transforms", STEP))
    assert [line for line in gone if "dedupe" not in line] == []
    assert len(gone) <= ("several" in name and "text" not in name)


def test_a_new_section_stands_before_the_target():
    lines = appended(PLAIN, "transforms", STEP).splitlines()
    assert lines.index("transforms:") < lines.index("target:")


def test_line_ends_stay():
    text = LISTS["with line ends of Windows"]
    assert "\n" not in appended(text, "transforms", STEP).replace("\r\n", "")


@pytest.mark.parametrize(("text", "section"), VALUES.values(), ids=VALUES)
def test_a_key_is_added_to_a_section(text, section):
    after = put(text, section, "partition_by", ["a", "no"])
    before = said(text)
    assert said(after) == before | {section: {**before.get(section, {}), "partition_by": ["a", "no"]}}
    assert [one for one in text.splitlines() if "#" in one and one not in after] in (
        [],
        ["target: {mode: replace}  # all of it"],
    )


def test_a_long_mapping_has_a_line_for_each_key():
    columns = {f"column_{number}": f"c{number}" for number in range(20)}
    after = put("source:\r\n  type: csv\r\ntarget: {mode: replace}\r\n", "source", "columns", columns)
    assert said(after)["source"] == {"type": "csv", "columns": columns}
    assert max(map(len, after.splitlines())) < 40
    assert "\n" not in after.replace("\r\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "target: {mode: replace, sort_by: [a]}\n",
        "target:\n  mode: replace  # all\n  sort_by: [a]\n",
        "target:\n  mode:\n    type: merge\n    keys: [a]\n  # then\n  sort_by: [a]\n",
        "target:\n  mode:\n  sort_by: [a]\n",
        "target:\n  mode:\n  - a\n  - b  # as far left as its key\n  sort_by: [a]\n",
        "target:\n  mode:  # why\n  - a\n  sort_by: [a]\n",
    ],
)
def test_a_key_that_is_there_gets_the_new_value(text):
    assert said(put(text, "target", "mode", "append")) == {"target": {"mode": "append", "sort_by": ["a"]}}


@pytest.mark.parametrize("text", ["target: replace\n", "target: [a]\n"])
def test_what_is_no_section_is_told(text):
    with pytest.raises(ConfigError) as error:
        put(text, "target", "mode", "append")
    assert error.value.code == "JOB_LAYOUT"


def test_a_file_that_is_one_mapping_is_told():
    with pytest.raises(ConfigError) as error:
        appended('{"target": {"mode": "replace"}}', "transforms", STEP)
    assert error.value.code == "JOB_LAYOUT"
