"""expire, orphans, verify and maintain as their users have them: by the command line and by the job script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from mesh_etl.cli import main
from mesh_etl.config import load
from mesh_etl.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2-4711"
MESH = "name: shop\nwarehouse: table\ndomains: {shop: {owner: shop-team, description: What was sold.}}\n"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: sales
version: 1.0.0
status: active
schema:
  - name: sales
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: name, logicalType: string}
"""
JOB = "product: shop.sales\nsource: {type: csv, path: in.csv}\ntarget: {mode: replace}\n"


@pytest.fixture
def project(tmp_path):
    """A project whose job has not run."""
    home = tmp_path / "configs"
    (home / "env").mkdir(parents=True)
    (home / "shop/sales").mkdir(parents=True)
    (home / "mesh.yaml").write_text(MESH)
    (home / "env/local.yaml").write_text("world: {type: local}\n")
    (home / "shop/sales/contract.yaml").write_text(CONTRACT)
    (home / "shop/sales/job.yaml").write_text(JOB)
    return tmp_path


@pytest.fixture
def shop(project):
    """The project, after its table was replaced twice."""
    for number in (1, 2, 3):
        (project / "in.csv").write_text(f"id,name\n{number},{SECRET}\n{number}0,x\n")
        assert said(project, "run", "shop.sales")[0] == 0
    return project


def said(root, *words):
    """The exit code and what was written, errors included."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([*words, "--root", str(root)])
    return ended.value.code or 0, out.getvalue(), err.getvalue()


def told(root, *words, code=0):
    """What the command says to machines."""
    ended, out, err = said(root, *words, "--json")
    assert ended == code, out + err
    return json.loads(out)


own_engine = pytest.mark.skipif(
    os.environ.get("MESH_ENGINE", "embedded") != "embedded",
    reason="the command opens an engine of its own; tests/engine/test_delete.py asks the others",
)


def data(root):
    return sorted(path for path in (root / "table/shop/sales/data").rglob("*") if path.is_file())


def policy(root, text):
    (root / "configs/shop/sales/job.yaml").write_text(f"{JOB}maintenance: {text}\n")


def test_old_versions_go_and_the_newest_stays(shop):
    assert told(shop, "expire", "shop.sales")["expired"] == []
    tried = told(shop, "expire", "shop.sales", "--older-than", "0d", "--dry-run")
    assert (tried["expired"], tried["version"], len(data(shop))) == ([1, 2], None, 3)
    done = told(shop, "expire", "shop.sales", "--older-than", "0d")
    assert (done["expired"], done["version"], done["removed"]["files"]) == ([1, 2], 4, 2)
    assert len(data(shop)) == 1
    assert "4  " in said(shop, "history", "shop.sales")[1]
    code, out, _ = said(shop, "verify", "shop.sales", "--checksums")
    assert (code, "all is well" in out) == (0, True)


def test_the_job_says_how_long_versions_stay(shop):
    policy(shop, "{expire: {older_than: 1h, keep_last: 2}}")
    assert told(shop, "expire", "shop.sales", "--older-than", "0h")["expired"] == [1]
    assert told(shop, "expire", "shop.sales", "--older-than", "0h", "--keep-last", "1")["expired"] == [2]


def test_a_policy_changes_no_table(shop):
    """A run of finished work stays a no-op, whatever is done to keep the table in shape."""
    policy(shop, "{expire: {when: never}, verify: {checksums: true}}")
    assert said(shop, "run", "shop.sales")[0] == 0
    assert len(data(shop)) == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{expire: {older_than: soon}}", "is no time in days or hours"),
        ("{expire: {older_than: 0d}}", "is no time in days or hours"),
        ("{expire: {keep_last: 0}}", "keep_last"),
        ("{exipre: {}}", "did you mean 'expire'?"),
        ("{tier: {storage_class: DEEP_ARCHIVE}}", "storage_class"),
    ],
)
def test_a_policy_that_cannot_be_is_a_line_of_the_job(project, text, problem):
    policy(project, text)
    with pytest.raises(ConfigError, match=r"job.yaml:4:") as caught:
        load("shop.sales", project)
    assert problem in str(caught.value)


def test_wrong_words_are_told(project):
    code, _, err = said(project, "expire", "shop.sales", "--older-than", "7x")
    assert (code, "write it as in 7d or 12h" in err) == (2, True)
    assert said(project, "maintain")[0] == 2
    assert said(project, "maintain", "shop.sales", "--all")[0] == 2


def test_what_is_wrong_has_an_exit_code_and_a_line_without_a_value(shop):
    data(shop)[-1].unlink()
    code, out, err = said(shop, "verify", "shop.sales")
    assert code == 4
    assert "[FILE_LOST]" in err
    assert SECRET not in out + err
    found = told(shop, "verify", "shop.sales", code=4)
    assert (found["exit_code"], found["damage"][0]["code"]) == (4, "FILE_LOST")


def test_maintenance_does_every_piece_and_a_fault_of_one_hides_no_other(shop):
    policy(shop, "{expire: {when: never}}")
    data(shop)[-1].unlink()
    left = shop / "table/shop/sales/_spill/20200101T000000-0123456789ab/part"
    left.parent.mkdir(parents=True)
    left.write_text("left")
    found = told(shop, "maintain", "shop.sales", code=4)["products"][0]["pieces"]
    assert found["expire"]["outcome"] == "never"
    assert found["verify"]["faults"][0]["code"] == "FILE_LOST"
    assert {found[name]["outcome"] for name in ("quarantine", "orphans", "verify")} == {"done"}
    code, out, err = said(shop, "maintain", "shop.sales")
    assert code == 4
    assert "not done, as the job's maintenance says" in out
    assert SECRET not in out + err


def test_all_products_are_maintained(shop):
    found = told(shop, "maintain", "--all")
    assert [one["product"] for one in found["products"]] == ["shop.sales"]
    dry = said(shop, "maintain", "--all", "--dry-run")
    assert dry[0] == 0


def test_the_job_script_maintains_a_product(shop):
    script = [sys.executable, str(ROOT / "jobs/maintain.py"), "--root", str(shop), "--env", "local"]
    script += ["--product", "shop.sales", "--engine", "embedded"]
    done = subprocess.run(script, capture_output=True, text=True, check=False, cwd=shop)
    assert (done.returncode, done.stderr) == (0, "")
    data(shop)[-1].unlink()
    done = subprocess.run(script, capture_output=True, text=True, check=False, cwd=shop)
    assert done.returncode == 4
    assert "[FILE_LOST]" in done.stderr
    assert "Traceback" not in done.stderr


def everything(root):
    """The bytes of all files below the table's root that hold rows or tell of them."""
    return b"".join(path.read_bytes() for path in (root / "table/shop/sales").rglob("*") if path.is_file())


@own_engine
def test_rows_are_erased_with_the_versions_that_hold_them(project):
    job = project / "configs/shop/sales/job.yaml"
    job.write_text(JOB.replace("{mode: replace}", "{mode: replace, compression: none}"))
    (project / "in.csv").write_text(f"id,name\n1,{SECRET}\n2,x\n")
    assert said(project, "run", "shop.sales")[0] == 0
    assert SECRET.encode() in everything(project)
    where = ("--where", f"name = '{SECRET}'", "--reason", "ticket 12")
    dry = told(project, "delete", "shop.sales", *where, "--erase", "--dry-run")
    assert (dry["deleted"], dry["version"], len(data(project))) == (1, None, 1)
    done = told(project, "delete", "shop.sales", *where, "--erase")
    assert (done["deleted"], done["kept"], done["version"], done["erased"]["expired"]) == (1, 1, 2, [1])
    assert SECRET.encode() not in everything(project)
    assert told(project, "query", "select id, name from shop.sales") == [{"id": 2, "name": "x"}]
    code, out, err = said(project, "verify", "shop.sales", "--checksums")
    assert (code, "all is well" in out) == (0, True)
    code, out, err = said(project, "delete", "shop.sales", *where, "--erase")
    assert (code, "true for no row" in out) == (0, True)
    assert SECRET not in out + err


@own_engine
def test_a_tag_keeps_what_was_to_be_erased_and_that_is_told(shop):
    assert said(shop, "tag", "shop.sales", "audit", "--version", "3")[0] == 0
    code, out, _ = said(shop, "delete", "shop.sales", "--where", "id = 3", "--erase")
    assert (code, "audit" in out) == (0, True)
    assert len(data(shop)) == 2
