"""Runs the corpus of hostile inputs in tests/hostile through the whole pipeline: the same verdict on every engine.

A case: `it` says what holds; `given` are the input files in the forms of `given.py`; `columns` are those of the
contract, or `properties` as ODCS writes them; `apply` is the source as a job states it. `want` has `good`, the number
of rows, or `rows`, the table itself, and `rejected`, the rows of the quarantine in the order of files and lines, each
with as much of `file`, `line`, `raw` and `rules` as the case states; `raises` is the code of a file that is refused,
and maybe a part of the message. Whatever the outcome, no value of the files may stand in a message or in the ledger.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from mesh_etl.errors import MeshError
from mesh_etl.kernels.codes import CODES, FILE_CODES
from tests.engine.conftest import of_kernels

TESTS = Path(__file__).resolve().parents[1]
FORMATS = {"csv", "fixed_width", "json", "xml", "parquet", "orc", "avro", "excel", "dms", "table", "objects"}
# What needs a server, or somebody who changes a file while it is read, is no matter of a file's content.
ELSEWHERE: dict[str, str] = {"INPUT_CHANGED": "engine/test_s3.py"} | dict.fromkeys(
    (
        "FOREIGN_LINK", "PAGES_LOOP", "PAGE_TOO_LARGE", "PAGE_UNREADABLE", "RATE_LIMITED", "REQUEST_REFUSED",
        "ROWS_MISSING", "SECRET_UNFIT", "SERVICE_FAILED", "TLS_REFUSED", "TOO_MANY_PAGES",
    ),
    "unit/sources/test_rest.py",
) | dict.fromkeys(
    (
        "ACCESS_DENIED", "DATABASE_ENCODING", "DATABASE_LOST", "DATABASE_MISSING", "DATABASE_TIMEOUT",
        "DATABASE_UNREACHABLE", "QUERY_REFUSED", "TABLE_MISSING",
    ),
    "engine/jdbc/test_failures.py",
) | {"PARTITION_BOUNDS": "engine/jdbc/test_parts.py"}  # fmt: skip


@cache
def _corpus() -> list[tuple[str, dict[str, Any]]]:
    paths = sorted((TESTS / "hostile").glob("*.yaml"))
    return [(path.stem, case) for path in paths for case in YAML(typ="safe").load(path)]


def play(project, case):
    """The report of the case's run."""
    made = project()
    made.put(case["given"])
    for name, base in case.get("products", {}).items():
        for number, version in enumerate(base if isinstance(base, list) else [base]):
            made.put({f"{name}-{number}.parquet": version})
            source = {"type": "parquet", "path": f"{name}-{number}.parquet"}
            made.define(name, version, {"source": source, "target": version.get("target", {"mode": "replace"})})
            made.run(name)
    table = {"columns": case.get("columns", {}), "properties": case.get("properties", [])}
    made.define("it", table, {"source": case["apply"]})
    return made.run("it")


@pytest.mark.parametrize("case", of_kernels(pytest.param(case, id=f"{stem}: {case['it']}") for stem, case in _corpus()))
def test_case(case, outcome, table_rows, rejected_rows, plain_rows):
    values = _values(case)
    if "raises" in case:
        code, _, text = case["raises"].partition(" ")
        with pytest.raises(MeshError) as raised:
            outcome()
        message = str(raised.value)
        assert raised.value.code == code, message
        assert text in message
        assert not values & _words(message), "a message shows a value"
        return
    report = outcome()
    rows, rejected, counts = table_rows(report), rejected_rows(report), report.entry.counts
    want = case["want"]
    wanted = want.get("rejected", [])
    assert [{key: one[key] for key in states} for one, states in zip(rejected, wanted, strict=False)] == wanted
    assert [(one["file"], one["line"], one["rules"]) for one in rejected[len(wanted) :]] == []
    if "rows" in want:
        assert rows == plain_rows(want["rows"])
    assert (len(rows), len(rejected)) == (counts.good, counts.quarantined)
    assert len(rows) == want.get("good", len(rows))
    assert counts.read == sum(one.read for one in report.entry.inputs) == counts.good + counts.quarantined
    shown = {word for text in _texts(json.loads(report.entry.model_dump_json())) for word in _words(text)}
    assert not {value for value in values & shown if re.search("[g-zG-Z]", value)}, "the ledger shows a value"


def _values(case: dict[str, Any]) -> set[str]:
    """The words of the files' contents, but for names of columns and files, which messages may show."""
    words, heads = set(), set()
    for given in case["given"].values():
        for text in _texts(given):
            words |= _words(text)
            heads |= _words(text.split("\n")[0])
    names = _words(json.dumps([case["apply"], case.get("columns"), case.get("properties"), list(case["given"])]))
    return {word for word in words - heads - names if len(word) >= 4}


def _texts(value: Any) -> list[str]:
    """All texts and numbers in a value, keys left out."""
    if isinstance(value, dict):
        return [text for key, one in value.items() if key != "base64" for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [str(value)]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_the_corpus_is_large_and_covers_every_format():
    assert len(_corpus()) >= 150
    assert {case["apply"]["type"] for _, case in _corpus()} >= FORMATS


def test_every_code_is_reached_by_a_case_or_by_the_test_that_is_named():
    reached = {case["raises"].split()[0] for _, case in _corpus() if "raises" in case}
    for _, case in _corpus():
        for row in case.get("want", {}).get("rejected", []):
            reached |= {rule.split(":")[0] for rule in row.get("rules", ())}
    reached |= {code for code, name in ELSEWHERE.items() if f'"{code}"' in (TESTS / name).read_text()}
    assert {*CODES, *FILE_CODES} - reached == set()
