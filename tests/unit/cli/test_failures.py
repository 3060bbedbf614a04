"""How commands fail: the exit code, the words for people, the document for machines."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_etl.cli import failures
from mesh_etl.cli.scaffold import written
from mesh_etl.errors import RunError

ROOT = Path(__file__).parents[3]
CSV = "{type: csv, path: in.csv}"


def start(words, **options):
    command = [sys.executable, "-m", "mesh_etl.cli", *words]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, **options)


def test_every_fault_of_every_file_is_a_line(project, product, mesh):
    (product("a", CSV) / "job.yaml").write_text(
        "product: shop.a\nsource: {type: csv, pth: in.csv}\ntarget: {mode: replce}\n"
    )
    product("b", CSV, contract="apiVersion: v3.1.0\nkind: DataContract\nid: b\n")
    code, out, err = mesh("validate")
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert all(line.startswith("error: configs/shop/") and line.endswith("]") for line in lines)
    assert any("job.yaml:2:" in line and "did you mean 'path'?" in line for line in lines)
    assert any("job.yaml:3:" in line and "did you mean 'replace'?" in line for line in lines)
    assert any("shop/b/contract.yaml" in line for line in lines)


def test_machines_get_one_document(project, mesh):
    code, out, err = mesh("show", "shop.x", "--json")
    error = json.loads(out)["error"]
    assert (code, err) == (2, "")
    assert (error["code"], error["exit_code"], error["retryable"]) == ("UNKNOWN_PRODUCT", 2, False)
    assert set(error["faults"][0]) == {"code", "where", "problem", "fix"}


@pytest.mark.parametrize("words", [["bogus"], ["plan"], ["plan", "--nope", "x"], ["run"], ["run", "a.b", "--all"]])
def test_wrong_use_ends_with_2(project, mesh, words):
    code, out, err = mesh(*words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.endswith("[USAGE]\n")
    assert json.loads(mesh(*words, "--json").out)["error"]["code"] == "USAGE"


def test_each_step_has_its_exit_code(project, product, mesh):
    product("a", CSV)
    assert mesh("plan", "shop.a").code == 3  # the input is missing
    (project / "in.csv").write_text("id,country\nx,DE\ny,DE\n")
    assert mesh("run", "shop.a").code == 4  # all rows are rejected


def test_ctrl_c_is_one_line_and_130(project, product, mesh):
    product("a", CSV)
    (project / "interrupting.py").write_text("raise KeyboardInterrupt\n")
    with (project / "configs/mesh.yaml").open("a") as file:
        file.write("plugins: [interrupting]\n")
    code, out, err = mesh("run", "--all")
    assert (code, out) == (130, "")
    assert err.strip() == "error: interrupted; run again: the ledger decides what holds [INTERRUPTED]"


def test_a_bug_is_one_line_without_a_value(project, product, mesh, monkeypatch):
    def broken(*_):
        raise ValueError("a secret cell")

    monkeypatch.delenv("MESH_DEBUG", raising=False)
    monkeypatch.setattr("mesh_etl.cli.jobs.read", broken)
    code, out, err = mesh("validate")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "internal error ValueError at cli/test_failures.py:" in err
    assert "secret" not in err
    assert json.loads(mesh("validate", "--json").out)["error"]["code"] == "INTERNAL"
    monkeypatch.setenv("MESH_DEBUG", "1")
    assert "Traceback" in mesh("validate").err


def test_a_reader_that_has_seen_enough_is_no_error(project):
    read, write = os.pipe()
    os.close(read)
    running = start(["schema", "job"], stdout=write, stderr=subprocess.PIPE, cwd=project)
    os.close(write)
    _, err = running.communicate(timeout=60)
    assert err == ""
    assert running.returncode in (0, 1)


def test_help_loads_nothing_heavy(project):
    """What makes a command slow to start is what it imports: help needs none of it."""
    command = [sys.executable, "-X", "importtime", "-m", "mesh_etl.cli", "--help"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=project, check=True)
    for name in ("init", "validate", "plan", "run", "show", "history", "query", "schema", "contract", "quarantine"):
        assert f"  {name} " in told.stdout
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.stderr.splitlines()}
    assert "typer" in imported
    assert imported & {"pyarrow", "pyspark", "pandas", "numpy", "boto3", "pydantic", "sqlglot", "duckdb"} == set()


def test_colours_turn_off(project):
    def said(words, **settings):
        environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
        environment |= {"PYTHONPATH": str(ROOT), "FORCE_COLOR": "1", "TERM": "xterm", **settings}
        command = [sys.executable, "-m", "mesh_etl.cli", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=project, check=False).stderr

    assert "\x1b[1;31m" in said(["show", "shop.x"])
    assert "\x1b[31m" not in said(["show", "shop.x"], NO_COLOR="1").replace("1;31", "31")
    assert "31m" not in said(["show", "shop.x", "--no-color"])


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "DISK_FULL"), (errno.EROFS, "READ_ONLY"), (errno.EACCES, "NO_ACCESS")]
)
def test_what_the_machine_refuses_is_no_bug(number, code):
    error = failures.of_machine(OSError(number, "", "build/a"))
    assert [(one.code, one.where) for one in error.faults] == [(code, "build/a")]
    assert failures.of_machine(OSError(errno.EBADF, "")) is None


def test_of_a_product_that_cannot_be_written_nothing_is_left(tmp_path):
    with pytest.raises(RunError, match="WRITE_FAILED"):
        written(tmp_path, {Path("shop"): "a file", Path("shop/orders"): "below it"})
    assert list(tmp_path.iterdir()) == []
