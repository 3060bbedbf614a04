"""The scripts in `jobs/` as what they are: files that a Python starts."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_etl.errors import ConfigError, Fault, PublishError, RunError
from mesh_etl.glue import told

JOBS = sorted((Path(__file__).resolve().parents[3] / "jobs").glob("*.py"))


def old_python() -> str | None:
    """A Python that is older than this library needs, if the machine has one."""
    names = [found for minor in (9, 8, 10) if (found := shutil.which(f"python3.{minor}"))]
    for one in (*names, *map(str, Path.home().glob(".pyenv/versions/3.9*/bin/python"))):
        probe = [one, "-c", "import sys; sys.exit(sys.version_info >= (3, 11))"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return one
    return None


OLD = old_python()


def test_there_is_a_script_for_each_task():
    assert [path.stem for path in JOBS] == ["audit", "govern", "maintain", "run", "stream"]


@pytest.mark.skipif(OLD is None, reason="no Python before 3.11 is installed here")
@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_an_old_python_is_told_which_one_is_needed(path):
    done = subprocess.run([OLD, str(path), "--job", "s3://a/b.json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "mesh_etl needs Python 3.11, which Spark jobs of Glue 5.0 have and Python shell has not [PYTHON_TOO_OLD]\n"
    )


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_script_is_its_task(path):
    text = path.read_text()
    assert f'main("{path.stem}", sys.argv)' in text
    compile(text, path.name, "exec")


def test_the_worst_of_several_errors_decides_and_none_is_lost():
    faults = [Fault(str(number), "x") for number in range(3)]
    found = told.worst([ConfigError(faults[0]), PublishError(faults[1]), RunError(faults[2])])
    assert isinstance(found, RunError)
    assert found.faults == tuple(faults)
    assert told.worst([]) is None


def test_in_glue_the_error_is_the_text_that_glue_shows(capsys):
    error = RunError(*(Fault("FILE_LOST", "x" * 100, f"file {number}") for number in range(100)))
    assert str(told.ended(error, in_glue=True).code).startswith("file 0: xxx")
    assert len(str(told.ended(error, in_glue=True).code)) < 2_010
    assert capsys.readouterr().err == ""
    assert told.ended(error, in_glue=False).code == 4
    assert capsys.readouterr().err.count("[FILE_LOST]") == 100


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [(ValueError("ada@example.com"), 1, "[INTERNAL]"), (OSError(errno.ENOSPC, "full", "scratch"), 4, "[DISK_FULL]")],
)
def test_what_nobody_has_foreseen_has_a_code_and_tells_no_cell(script, monkeypatch, error, code, said):
    def fail(given):
        raise error

    monkeypatch.setattr("mesh_etl.glue.run.work", fail)
    ended, lines, err = script("run")
    assert (ended, said in err, "ada@" in err + str(lines)) == (code, True, False)
    assert lines[-1]["outcome"] == "failed"
    assert ("places" in lines[-1]) == (code == 1)


def test_a_line_with_very_many_faults_says_how_many():
    found = told.failure(RunError(*[Fault("FILE_LOST", "x")] * 1_000))
    assert (len(found["faults"]), found["faults_in_all"]) == (100, 1_000)
    assert "faults_in_all" not in told.failure(RunError(Fault("FILE_LOST", "x")))


def test_a_line_is_one_line_whatever_it_holds(capsys):
    told.line("run", product="a\nb", path=Path("x"))
    assert json.loads(capsys.readouterr().out) == {"task": "run", "product": "a\nb", "path": "x"}
    assert sys.stdout is not None
