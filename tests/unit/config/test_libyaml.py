"""What is read by libyaml is what the parser of YAML 1.2 reads: data, places and faults."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.config import libyaml
from mesh_etl.config.yaml import parse
from mesh_etl.errors import ConfigError

FILES = sorted((Path(__file__).parents[3] / "configs").glob("**/*.yaml"))
SEEDS = [path.read_text(encoding="utf-8") for path in FILES] + [
    "a: |2-\n   x\n  y\nb: >+\n  x\n\n  y\n\nc:\n- 1\n- - 2\n  - {x: [], y: {}}\n",
    "'a b': \"x\\n\\u263a \\\n  y\"\n? long\n: - x # said\n  - 'it''s'\n\"k\": {\"a\":1, c: [d: e, f]}\n",
    "---\nname: text\n  that goes on\n\n  and on\nempty: ''\nurl: http://x.y/z?a=b#c\n...\n",
]
PIECES = [
    ":", " ", "\n", "-", "- ", "? ", ": ", "#", " #", "\"", "'", "{", "}", "[", "]", ",", "|", ">", "|-\n", ">+\n ",
    "|2\n", "&a ", "*a", "!", "!!str ", "%", "%YAML 1.1\n", "@", "`", "\\", "\\n", "\t", "\r\n", "\r", "\u2028",
    "\x85", "\ufeff", "é", "😀", "---\n", "...\n", "~", "  ", "key: v\n", "<<", "\\x41", "\\/", "{a:b}", '"a":b',
    "\x07", "\xa0",
]  # fmt: skip
CHANGES = st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 9), st.sampled_from(PIECES)), min_size=1, max_size=4)


def read(text: str) -> object:
    """All that is known of the text."""
    try:
        document = parse(text, "f.yaml")
    except ConfigError as error:
        return [str(one) for one in error.faults]
    return repr(document.data), dict(document.places)


def read_slowly(text: str) -> object:
    with mock.patch.object(libyaml, "events", return_value=None):
        return read(text)


@pytest.mark.parametrize("text", SEEDS, ids=[path.parent.name for path in FILES] + ["blocks", "quotes", "stream"])
def test_sound_files_are_read_quickly_and_alike(text):
    assert libyaml.events(text) is not None
    assert read(text) == read_slowly(text)


@pytest.mark.parametrize("text", ["a: |#2-\n   x\n", "a: >-#\n x\n", "a: |2+#x\n   x\n", "a: | # said\n x\n"])
def test_a_comment_behind_the_sign_of_a_block(text):
    assert read(text) == read_slowly(text)


@settings(max_examples=400, deadline=None)
@given(seed=st.sampled_from(SEEDS), begin=st.integers(0, 4_000), changes=CHANGES)
def test_damaged_files_are_read_alike(seed, begin, changes):
    begin %= len(seed)
    text = seed[max(0, begin - 80) : begin + 80]
    for place, lost, piece in changes:
        at = place % (len(text) + 1)
        text = text[:at] + piece + text[at + lost :]
    assert read(text) == read_slowly(text)


@pytest.mark.parametrize(
    "text", ["a: \tb", "a: b\r\n", "a: \x85", "a:\n", "a: &x b", "a: !x b", "%YAML 1.2\n---\na: b", "a: {"]
)
def test_what_the_versions_of_yaml_could_take_apart_is_left_alone(text):
    assert libyaml.events(text) is None


def test_without_pyyaml_files_are_read_as_well():
    with mock.patch.dict("sys.modules", {"yaml": None}):
        assert libyaml.events("a: b") is None
        assert parse("a: b", "f.yaml").data == {"a": "b"}
