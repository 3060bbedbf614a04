"""What drafts write as YAML reads as the very same data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.config.yaml import parse
from mesh_etl.crawl.yaml_text import flow, quoted, scalar

PRINTABLE = st.characters(exclude_categories=["Cs"])


@given(st.text(PRINTABLE))
def test_any_text_stays_itself(text):
    read = parse(f"bare: {scalar(text)}\nquoted: {quoted(text)}\nflow: {flow({text: [text]})}\n", "a.yaml").data
    assert read == {"bare": text, "quoted": text, "flow": {text: [text]}}


@pytest.mark.parametrize("text", ["a\u200b😀", "\x07😀", "\u2028", "in two words", "no", 'a "b" \\ c', "", "a: b", "#"])
def test_these_do_too(text):
    assert parse(f"a: {flow([text])}", "a.yaml").data == {"a": [text]}
