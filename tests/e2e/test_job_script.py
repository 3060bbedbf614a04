"""`jobs/run.py`, the Glue entry, outside of Glue."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "jobs/run.py"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: shop-visits
version: 1.0.0
status: active
schema:
  - name: visits
    properties:
      - {name: id, logicalType: integer, required: true, primaryKey: true}
"""


def project(root: Path) -> Path:
    folder = root / "configs/shop/visits"
    folder.mkdir(parents=True)
    (root / "configs/env").mkdir()
    (root / "configs/mesh.yaml").write_text("name: test\nwarehouse: .mesh/warehouse\ndomains: {shop: {owner: us}}\n")
    (root / "configs/env/local.yaml").write_text("world: {type: local}\n")
    (folder / "contract.yaml").write_text(CONTRACT)
    (folder / "job.yaml").write_text(
        "product: shop.visits\nsource: {type: csv, path: visits.csv}\ntarget: {mode: replace}\n"
    )
    (root / "visits.csv").write_text("id\n1\n2\n")
    return root


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the script in this process, which has imported already what it needs."""

    def ran(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        words = [str(SCRIPT), "--root", str(root), "--env", "local", *arguments]
        monkeypatch.chdir(root)
        monkeypatch.setattr(sys, "argv", words)
        capfd.readouterr()
        code = 0
        try:
            runpy.run_path(words[0], run_name="__main__")
        except SystemExit as end:
            code = int(end.code or 0)
        return subprocess.CompletedProcess(words, code, *capfd.readouterr())

    return ran


def test_the_job_script_publishes_the_product(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--root", str(project(tmp_path)), "--env", "local"]
    command += ["--product", "shop.visits", "--engine", "embedded"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / ".mesh/warehouse/shop/visits/_ledger/00000000000000000001.json").exists()


def test_a_snapshot_is_that_of_the_date_that_is_named(tmp_path: Path, run: Run) -> None:
    folder = project(tmp_path) / "configs/shop/visits"
    contract, job = folder / "contract.yaml", folder / "job.yaml"
    keys = CONTRACT.replace("primaryKey: true", "primaryKey: true, primaryKeyPosition: 1")
    day = "{name: day, physicalType: date, required: true, primaryKey: true, primaryKeyPosition: 2}"
    contract.write_text(f"{keys}      - {day}\n")
    target = "{mode: {type: snapshot, date: day}, partition_by: [day]}"
    job.write_text(job.read_text().replace("{mode: replace}", target))
    done = run(tmp_path, "--product", "shop.visits", "--engine", "embedded", "--date", "2026-11-20")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.glob(".mesh/warehouse/shop/visits/data/*/day=2026-11-20/*"))) == 1
    done = run(tmp_path, "--product", "shop.visits", "--engine", "embedded", "--date=20.11.2026")
    assert done.returncode == 2
    assert "write it as in 2026-11-20" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_input_that_nothing_reads_is_refused(tmp_path: Path, run: Run) -> None:
    job = project(tmp_path) / "configs/shop/visits/job.yaml"
    job.write_text(job.read_text() + "inputs: {other: {type: csv, path: visits.csv, columns: {id: {type: bigint}}}}\n")
    done = run(tmp_path, "--product", "shop.visits", "--engine", "embedded")
    assert done.returncode == 3
    assert "job.yaml:4:10: inputs.other: no transform reads it; remove it [INPUT_UNUSED]" in done.stderr


def test_a_mistake_is_a_line_and_an_exit_code_not_a_traceback(tmp_path: Path, run: Run) -> None:
    done = run(project(tmp_path), "--product", "shop.visit", "--engine", "embedded")
    assert done.returncode == 2
    assert "did you mean 'shop.visits'? [UNKNOWN_PRODUCT]" in done.stderr
    assert "Traceback" not in done.stderr
