"""crash-test as its users have it: a verdict, the project as it was, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mesh_etl.cli import main

MESH = "name: shop\nwarehouse: ${warehouse}\ndomains: {shop: {owner: shop-team, description: What was sold.}}\n"
ENV = "world: {type: local}\nvalues: {warehouse: table}\n"
GOVERNED = """\
name: shop
warehouse: ${warehouse}
accounts: {centre: {id: "111111111111"}, shop: {id: "222222222222"}}
governance: {account: centre}
domains:
  shop:
    owner: shop-team
    account: shop
    personas: {engineer: {role: shop-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
tags: {level: {values: [open, closed], default: closed}}
"""
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
      - {name: month, logicalType: string, required: true}
"""
JOB = """\
product: shop.sales
source: {type: csv, path: "in/*.csv"}
target: {mode: append, partition_by: [month]}
checks: {max_rejected: 0}
"""


@pytest.fixture
def shop(tmp_path):
    """A project whose job has not run."""
    home = tmp_path / "shop/configs"
    (home / "env").mkdir(parents=True)
    (home / "shop/sales").mkdir(parents=True)
    (home / "mesh.yaml").write_text(MESH)
    (home / "env/local.yaml").write_text(ENV)
    (home / "shop/sales/contract.yaml").write_text(CONTRACT)
    (home / "shop/sales/job.yaml").write_text(JOB)
    (tmp_path / "shop/in").mkdir()
    (tmp_path / "shop/in/a.csv").write_text("id,month\n1,m01\n2,m02\n")
    return tmp_path / "shop"


def started(root, *words, **options):
    """The command on the project, with a temporary folder of its own beside it."""
    scratch = root.parent / "tmp"
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "mesh_etl.cli", *words, "--root", str(root)]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, **options)


def said(root, *words):
    with started(root, *words) as process:
        out, err = process.communicate()
    return process.returncode, out, err


def done(root, *words):
    """The command has succeeded; what is only the way to a crash test needs no process of its own."""
    with pytest.raises(SystemExit) as ended:
        main([*words, "--root", str(root)])
    assert ended.value.code == 0


def content(root):
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def left(root):
    return list((root.parent / "tmp").iterdir())


def test_a_verdict_for_each_break_and_the_project_as_it_was(shop):
    done(shop, "run", "shop.sales")
    (shop / "in/b.csv").write_text("id,month\n3,m01\n")
    before = content(shop)
    code, out, err = said(shop, "crash-test", "shop.sales", "--every", "23", "--json")
    assert (code, err) == (0, "")
    first, following = json.loads(out)["scenarios"]
    assert (first["scenario"], following["scenario"]) == ("first run", "next run")
    for one in (first, following):
        assert one["calls"] > 20
        assert one["points"] > 1
        assert one["failures"] == []
    assert content(shop) == before
    assert left(shop) == []


def test_a_governed_product_is_broken_with_its_central_entry(shop):
    (shop / "configs/mesh.yaml").write_text(GOVERNED)
    (shop / "configs/env/local.yaml").write_text(ENV.replace("warehouse: table", "warehouse: .mesh/warehouse"))
    done(shop, "govern", "apply")
    done(shop, "run", "shop.sales")
    done(shop, "govern", "verify")
    before = content(shop)
    code, out, err = said(shop, "crash-test", "shop.sales", "--every", "29", "--json")
    assert (code, err) == (0, "")
    assert [one["failures"] for one in json.loads(out)["scenarios"]] == [[], []]
    assert content(shop) == before


@pytest.mark.parametrize("case", ["no input", "a refused row"])
def test_a_job_that_fails_by_itself_is_told(shop, case):
    if case == "no input":
        (shop / "in/a.csv").unlink()
    else:
        (shop / "in/a.csv").write_text("id,month\nsecret,m01\n")
    code, out, err = said(shop, "crash-test", "shop.sales")
    ended = "INPUT_MISSING" if case == "no input" else "TOO_MANY_REJECTED"
    assert code == 4
    assert f"without any break the work ends in {ended}; mend that first [CRASH_TEST_UNFIT]" in err
    assert "Traceback" not in err
    assert "secret" not in out + err
    assert left(shop) == []


@pytest.mark.parametrize("warehouse", ["s3://lake/w", "/elsewhere"])
def test_a_table_that_no_copy_would_hold_is_refused(shop, warehouse):
    (shop / "configs/env/local.yaml").write_text(ENV.replace("table", warehouse))
    code, _, err = said(shop, "crash-test", "shop.sales")
    assert code == 3
    assert "[CRASH_TEST_UNFIT]" in err
    assert left(shop) == []


def test_an_interrupt_leaves_neither_processes_nor_folders(shop):
    with started(shop, "crash-test", "shop.sales", start_new_session=True) as process:
        assert "breaks" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert err == "error: interrupted; run again: the ledger decides what holds [INTERRUPTED]\n"
    assert left(shop) == []
    assert not _running(process.pid)


def _running(session):
    """Processes of the session that are there, after those that are about to end had time to."""
    for _ in range(50):
        found = [one for one in Path("/proc").glob("[0-9]*/stat") if _session(one) == session]
        if not found:
            return []
        time.sleep(0.1)
    return found


def _session(stat):
    try:
        return int(stat.read_text().rpartition(")")[2].split()[3])
    except OSError:
        return None
