"""The notebook about authoring, run from top to bottom on each engine: what it shows, and leaves.

Without Java it runs in a kernel, as in Jupyter, and brings its engine. On Spark it runs in a shell of this process and
finds a session under `spark`, as in Glue Studio: a kernel would start a Java machine of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mesh_etl.notebook.session import engine_of

NOTEBOOK = Path(__file__).parents[2] / "jobs/notebooks/author_a_product.ipynb"
PERSONAL = re.compile(r"Ada Berg|ada@example\.com")


@dataclass(frozen=True)
class Cell:
    """What a cell of code says, and what it has shown when it was run."""

    source: str
    tags: tuple[str, ...]
    text: str
    html: str


def cells(path):
    """The cells with code, as they are kept."""
    return [one for one in json.loads(Path(path).read_text())["cells"] if one["cell_type"] == "code"]


def source_of(cell):
    return "".join(cell["source"])


def in_a_kernel(place):
    """The cells, executed in a process of their own."""
    copy = shutil.copy(NOTEBOOK, place / NOTEBOOK.name)
    known = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**known, "TMPDIR": str(place), "IPYTHONDIR": str(place / "ipython")}
    execute = Path(sys.executable).with_name("jupyter-execute")
    call = subprocess.run([execute, "--inplace", copy], env=environment, capture_output=True, text=True, check=False)
    assert call.returncode == 0, call.stderr

    def shown(cell, kind):
        outputs = [one.get("text") or one.get("data", {}).get(kind, "") for one in cell["outputs"]]
        return "".join("".join(one) for one in outputs)

    return [
        Cell(source_of(one), tuple(one["metadata"].get("tags", ())), shown(one, "text/plain"), shown(one, "text/html"))
        for one in cells(copy)
    ]


def in_a_shell(place, session, patch):
    """The cells, executed in a shell of this process that has the session."""
    patch.setenv("IPYTHONDIR", str(place / "ipython"))
    patch.setenv("COLUMNS", "120")
    patch.setattr("tempfile.tempdir", str(place))
    patch.chdir(place)
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.user_ns["spark"] = session
    shell.display_formatter.active_types = shell.display_formatter.format_types  # HTML as well, as in Jupyter
    done = []
    for one in cells(NOTEBOOK):
        with capture_output() as said:
            ran = shell.run_cell(source_of(one))
        assert ran.success, source_of(one)
        result, _ = shell.display_formatter.format(ran.result)  # which the shell has printed as text
        text = said.stdout + "".join(each.data.get("text/plain", "") for each in said.outputs)
        html = "".join(each.get("text/html", "") for each in (*(each.data for each in said.outputs), result))
        done.append(Cell(source_of(one), tuple(one["metadata"].get("tags", ())), text, html))
    InteractiveShell.clear_instance()
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An empty folder, for temporary files as well."""
    return tmp_path_factory.mktemp("author")


@pytest.fixture(scope="module")
def done(place, engine):
    """The executed cells in their order."""
    if engine.name == "embedded":
        return in_a_kernel(place)
    with pytest.MonkeyPatch.context() as patch:
        return in_a_shell(place, engine.session(), patch)


def cell(done, words):
    """The one cell in which these words stand."""
    [found] = [one for one in done if words in one.source]
    return found


def test_it_is_kept_without_what_it_said():
    assert [one for one in cells(NOTEBOOK) if one["outputs"] or one["execution_count"] is not None] == []


def test_what_sets_up_glue_is_passed_over(done):
    tagged = [one for one in done if "glue" in one.tags]
    assert len(tagged) == 2
    lines = [line for one in tagged for line in one.text.splitlines() if line]
    assert lines
    assert all(line.startswith("passed over: %") for line in lines)


def test_the_engine_is_the_one_that_is_there(done, engine):
    name = "embedded" if engine.name == "embedded" else "session"
    assert f"({name})" in cell(done, "report = ready.run()").text
    assert engine_of(None).name == engine.name


def test_rows_are_counted_from_the_source_to_the_table(done):
    steps = cell(done, "people.preview()").text
    assert "refused: seconds.TYPE_FORMAT 1" in steps
    assert re.search(r"1 +filter .* 7 +1\n +2 +dedupe .* 6 +1\n", steps)
    assert "9 read = 5 good + 2 quarantined + 1 deduplicated + 1 filtered" in cell(done, "report = ready.run()").text


def test_what_the_contract_calls_personal_is_shown_nowhere(done):
    judged = done.index(next(one for one in done if "apiVersion" in one.source))
    assert [one.source for one in done[judged + 1 :] if PERSONAL.search(one.text + one.html)] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("timed.filter(wehre", "did you mean 'where'?"),
        ("timed.check()", "✗  country.invalidValues[0]  rejected rows"),
        ("ready.write()", "nothing was written"),
        ("ready.write(replace=True)", "wrote configs/shop/visits/job.yaml"),
        ("ready.plan()", "next: run()"),
        ("ready.quarantine()", "seconds.TYPE_FORMAT"),
        ("ready.history()", "11.1 %"),
        ("ready.lineage()", "source.seconds"),
        ("%mesh query", "1.88"),
        ("%%mesh_job", "not yet written"),
    ],
)
def test_each_part_shows_what_it_is_about(done, words, expected):
    assert expected in cell(done, words).text


def test_the_history_is_drawn(done):
    html = cell(done, "ready.history()").html
    assert html.count("<rect") == 2
    assert "22.2 %" in html


def test_nothing_is_left(done, place):
    assert done
    assert [one.name for one in place.iterdir() if one.name.startswith("mesh-author-")] == []
