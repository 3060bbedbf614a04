"""The notebook about authoring, run from top to bottom in a kernel, on each engine: what it shows, and leaves."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "jobs/notebooks/author_a_product.ipynb"
PERSONAL = re.compile(r"Ada Berg|ada@example\.com")


def cells(path):
    """The cells with code."""
    return [one for one in json.loads(Path(path).read_text())["cells"] if one["cell_type"] == "code"]


def said(cell, kind="text/plain"):
    """What the cell has shown: what it printed, and its results."""
    outputs = [one.get("text") or one.get("data", {}).get(kind, "") for one in cell["outputs"]]
    return "".join("".join(one) for one in outputs)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An empty folder, for temporary files as well."""
    return tmp_path_factory.mktemp("author")


@pytest.fixture(scope="module")
def done(place, engine):
    """The executed cells by their first words; the kernel chooses the engine that its environment has."""
    copy = shutil.copy(NOTEBOOK, place / NOTEBOOK.name)
    known = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**known, "TMPDIR": str(place), "IPYTHONDIR": str(place / "ipython")}
    execute = Path(sys.executable).with_name("jupyter-execute")
    call = subprocess.run([execute, "--inplace", copy], env=environment, capture_output=True, text=True, check=False)
    assert call.returncode == 0, call.stderr
    return {"".join(one["source"]): one for one in cells(copy)}


def cell(done, words):
    """The one cell in which these words stand."""
    [found] = [one for source, one in done.items() if words in source]
    return found


def test_it_is_kept_without_what_it_said():
    assert [one for one in cells(NOTEBOOK) if one["outputs"] or one["execution_count"] is not None] == []


def test_what_sets_up_glue_is_passed_over(done):
    tagged = [one for one in done.values() if "glue" in one["metadata"].get("tags", ())]
    assert len(tagged) == 2
    lines = [line for one in tagged for line in said(one).splitlines() if line]
    assert lines
    assert all(line.startswith("passed over: %") for line in lines)


def test_the_engine_is_the_one_that_is_there(done, engine):
    assert f"({engine.name})" in said(cell(done, "report = ready.run()"))


def test_rows_are_counted_from_the_source_to_the_table(done):
    steps = said(cell(done, "people.preview()"))
    assert "refused: seconds.TYPE_FORMAT 1" in steps
    assert re.search(r"1 +filter .* 7 +1\n +2 +dedupe .* 6 +1\n", steps)
    assert "9 read = 5 good + 2 quarantined + 1 deduplicated + 1 filtered" in said(cell(done, "report = ready.run()"))


def test_what_the_contract_calls_personal_is_shown_nowhere(done):
    judged = list(done).index(next(source for source in done if "apiVersion" in source))
    shown = [source for source in list(done)[judged + 1 :] if PERSONAL.search(said(done[source]))]
    assert shown == []
    html = "".join(said(one, "text/html") for one in list(done.values())[judged + 1 :])
    assert not PERSONAL.search(html)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("timed.filter(wehre", "did you mean 'where'?"),
        ("timed.check()", "✗  country.invalidValues[0]  rejected rows"),
        ("ready.write()", "nothing was written"),
        ("ready.write(replace=True)", "wrote configs/shop/visits/job.yaml"),
        ("ready.plan()", "next: mesh-etl run shop.visits"),
        ("ready.quarantine()", "seconds.TYPE_FORMAT"),
        ("ready.history()", "11.1 %"),
        ("ready.lineage()", "source.seconds"),
        ("%mesh query", "1.88"),
        ("%%mesh_job", "not yet written"),
    ],
)
def test_each_part_shows_what_it_is_about(done, words, expected):
    assert expected in said(cell(done, words))


def test_the_history_is_drawn(done):
    html = said(cell(done, "ready.history()"), "text/html")
    assert html.count("<rect") == 2
    assert "22.2 %" in html


def test_nothing_is_left(done, place):
    assert done
    assert [one.name for one in place.iterdir() if one.name.startswith("mesh-author-")] == []
