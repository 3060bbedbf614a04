"""The page on sources has a row for each source, and an example of each that its model takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl.sources import source

PAGE = (Path(__file__).parents[3] / "docs/sources.md").read_text(encoding="utf-8")
EXAMPLES = [YAML(typ="safe").load(block)["source"] for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("name", list(source))
def test_a_source_has_a_row_and_an_example_that_loads(name):
    assert f"\n| `{name}` | " in PAGE
    shown = [example for example in EXAMPLES if example["type"] == name]
    assert shown
    for example in shown:
        assert source[name].model_validate(example).type == name


def test_no_other_source_is_shown():
    assert set(re.findall(r"\n\| `([a-z_]+)` \| ", PAGE)) - {"drift", "fail", "ignore", "evolve"} == set(source)
