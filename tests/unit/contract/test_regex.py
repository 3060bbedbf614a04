from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mesh_etl.contract.regex import refusal

GOOD = [
    "", "abc", "^[A-Z]{2}[0-9]+$", r"\d{4}-\d{2}", r"[]a]", r"[^]a]", r"[\]]", "(?i)abc", "(?P<x>a)", "(?:a|b)*?",
    r"\pL+", r"\p{Greek}", r"a\z", r"\x{e9}",
    "(x{30}){30}", "[(]{40}a{900}", "(a{9}){9}(b{9}){9}", "[[:alpha:]]+", r"\(\?=", "[(?=]", r"a{2,}",
    "x{1000}", r"\\1", "a|b",
    r"[a\d]", "{", "a{x}",
]  # fmt: skip
BAD = [
    "[a", "(a", "a)", "*a", "a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b", r"(a)\1", "(?P<x>a)(?P=x)", "(?>a)", "a++",
    r"a\Z", "x{1001}", "(a)(?(1)b)", "\\", "[b-a]", "(?#c)a", "(a{500}){3}",
    "((?:ab){100}c){11}", r"[\1a]", r"[\b]", "(x|(?P<n>y{20})){51}",
    r"\u0041", r"\é", r"\N{BULLET}",
]  # fmt: skip


@pytest.mark.parametrize("pattern", GOOD)
def test_what_is_accepted_runs_in_the_engine_of_the_checks(pattern):
    assert refusal(pattern) is None
    pc.match_substring_regex(pa.array(["abc"]), pattern)


@pytest.mark.parametrize("pattern", BAD)
def test_what_the_engine_of_the_checks_cannot_run_is_refused(pattern):
    assert refusal(pattern)
    with pytest.raises(pa.ArrowInvalid, match="regular expression"):
        pc.match_substring_regex(pa.array(["abc"]), pattern)
