"""The command line from an empty folder to a table that can be asked, on kernels alone: no engine is started."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from mesh_etl.cli import main

ROOT = Path(__file__).parents[2]
HEADER = "id,country,day,moment,price,note\n"
ROWS = [
    "1,DE,2024-01-31,2024-01-31T10:00:00Z,10.50,a",
    "2,A/B,2024-02-01,2024-02-01T10:00:00Z,20.25,",
    "3,,2024-02-02,2024-02-02T10:00:00Z,30.00,c",
    "x,DE,2024-02-03,2024-02-03T10:00:00Z,40.00,d",
]
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, primaryKey: true, required: true, description: The number.}
      - {name: country, logicalType: string}
      - {name: day, logicalType: date, required: true}
      - {name: moment, logicalType: timestamp}
      - {name: price, logicalType: number, physicalType: "decimal(9,2)", logicalTypeOptions: {minimum: 0}}
      - {name: note, logicalType: string}
"""
JOB = """\
product: shop.orders
source: {type: csv, path: "in/*.csv"}
target: {mode: append, partition_by: [country, month(day) as month]}
checks: {max_rejected: 50%}
"""
COPY = """\
product: shop.copy
source: {type: table, product: shop.orders, columns: [id, price]}
target: {mode: replace}
"""
COPY_CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: copy
version: 1.0.0
status: active
schema:
  - name: copy
    properties:
      - {name: id, logicalType: integer}
      - {name: price, logicalType: number, physicalType: "decimal(9,2)"}
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path):
    write(tmp_path / "configs/mesh.yaml", 'name: m\nwarehouse: "${warehouse}"\ndomains: {shop: {owner: shop-team}}\n')
    write(tmp_path / "configs/env/local.yaml", "world: {type: local}\nvalues: {warehouse: .mesh/warehouse}\n")
    write(tmp_path / "configs/shop/orders/contract.yaml", CONTRACT)
    write(tmp_path / "configs/shop/orders/job.yaml", JOB)
    write(tmp_path / "configs/shop/copy/contract.yaml", COPY_CONTRACT)
    write(tmp_path / "configs/shop/copy/job.yaml", COPY)
    write(tmp_path / "in/one.csv", HEADER + "\n".join(ROWS) + "\n")
    return tmp_path


def command(*words, root, **more):
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "MESH_DEBUG")}
    environment |= {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", **more}
    return {"args": [sys.executable, "-m", "mesh_etl.cli", *words], "cwd": root, "env": environment}


def mesh(*words, root, code=0, **settings):
    """What the command says, in this process: on stdout when it should work, on stderr when it should not."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(root)
        patch.delenv("COLUMNS", raising=False)
        for name, value in {"NO_COLOR": "1", **settings}.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main(list(words))
    assert end.value.code == code, out.getvalue() + err.getvalue()
    return err.getvalue() if code else out.getvalue()


def ask(sql, root):
    return json.loads(mesh("query", sql, "--json", root=root))


def tree(root):
    files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_from_a_sample_to_an_answer(tmp_path):
    write(tmp_path / "nations.csv", "Key,Nation Name\n1,France\n2,Kenya\n")
    said = mesh("init", "geo.nations", "--from", "nations.csv", "--owner", "geo-team", root=tmp_path)
    assert "next: mesh-etl validate geo.nations" in said
    assert "1 job, 1 contract: valid" in mesh("validate", root=tmp_path)
    assert "2 read = 2 good + 0 quarantined" in mesh("run", "geo.nations", root=tmp_path)
    assert ask("select * from geo.nations order by 1", tmp_path) == [
        {"key": 1, "nation_name": "France"},
        {"key": 2, "nation_name": "Kenya"},
    ]
    before = tree(tmp_path / "configs")
    assert "[FILE_EXISTS]" in mesh("init", "geo.nations", "--from", "nations.csv", root=tmp_path, code=2)
    fix = mesh("init", "air.planes", "--from", "nations.csv", root=tmp_path, code=2)
    assert "configs/mesh.yaml: the mesh has no domain 'air'; add under domains:" in fix
    assert tree(tmp_path / "configs") == before


def test_a_contract_without_a_job_is_no_product_yet(tmp_path):
    write(tmp_path / "nations.csv", "Key,Nation Name\n1,France\n2,Kenya\n")
    mesh("init", "geo.nations", "--from", "nations.csv", root=tmp_path)
    folder = tmp_path / "configs/geo/nations"
    (folder / "job.yaml").rename(folder / "job.yml")
    told = mesh("plan", "geo.nations", root=tmp_path, code=2)
    assert "configs/geo/nations: job.yml stands here, and no job.yaml beside it" in told
    assert "call it job.yaml [JOB_MISSING]" in told
    (folder / "job.yml").unlink()
    assert "contract.yaml stands here, and no job.yaml beside it" in mesh("plan", "geo.nations", root=tmp_path, code=2)
    assert "JOB_MISSING" in mesh("validate", "--json", root=tmp_path)


def test_a_plan_touches_nothing_and_says_what_would_happen(project):
    before = tree(project)
    said = mesh("plan", "shop.orders", root=project)
    assert "csv: 1 file" in said
    assert "partitioned by country, month(day) as month" in said
    assert "no version yet" in said
    assert "table shop.orders would be created" in said
    assert "id.required" in said
    assert said.rstrip().endswith("next: mesh-etl run shop.orders")
    assert tree(project) == before
    mesh("run", "shop.orders", root=project)
    before = tree(project)
    plan = json.loads(mesh("plan", "shop.orders", "--json", root=project))
    assert tree(project) == before
    assert plan["work"] in ("done", "nothing new")
    assert plan["table"]["rows"] == 3
    assert plan["catalog"] == []


def test_a_plan_shows_what_the_contract_changes(project):
    mesh("run", "shop.orders", root=project)
    path = project / "configs/shop/orders/contract.yaml"
    path.write_text(path.read_text().replace("1.0.0", "1.1.0") + "      - {name: extra, logicalType: string}\n")
    plan = json.loads(mesh("plan", "shop.orders", "--json", root=project))
    assert {"kind": "additive", "path": "extra", "text": "added as string"} in plan["contract_changes"]


def test_a_run_tells_its_arithmetic_and_again_that_nothing_changed(project):
    said = mesh("run", "--all", root=project)
    assert "4 read = 3 good + 1 quarantined + 0 deduplicated + 0 filtered" in said
    assert re.search(r"^shop\.orders  version 1 published in [\d.]+ s \(embedded\)$", said, re.MULTILINE)
    assert said.index("shop.orders") < said.index("shop.copy")
    assert "catalogue: created database shop, created table shop.orders, added 3 partitions" in said
    assert f"{Path('.mesh/warehouse/shop/orders')}" in said
    before = tree(project)
    again = mesh("run", "--all", root=project)
    assert again.count("unchanged: version 1") == 2
    assert tree(project) == before


def test_a_product_that_failed_keeps_those_that_read_it_waiting(project):
    write(project / "in/one.csv", HEADER + "x,DE,2024-01-31,,1.00,a\n")
    write(project / "configs/shop/other/contract.yaml", COPY_CONTRACT.replace("copy", "other"))
    write(project / "configs/shop/other/job.yaml", COPY.replace("copy", "other").replace(
        "{type: table, product: shop.orders, columns: [id, price]}", "{type: csv, path: other.csv}"
    ))  # fmt: skip
    write(project / "other.csv", "id,price\n1,2.00\n")
    done = subprocess.run(
        **command("run", "--all", "--json", root=project), capture_output=True, text=True, check=False
    )
    document = json.loads(done.stdout)
    outcomes = {one["product"]: one["outcome"] for one in document["products"]}
    assert outcomes == {"shop.orders": "failed", "shop.copy": "skipped", "shop.other": "published"}
    assert done.returncode == document["error"]["exit_code"] == 4
    assert not (project / ".mesh/warehouse/shop/orders/_ledger").exists()


def test_a_query_sees_contract_types_and_partition_columns(project):
    mesh("run", "shop.orders", root=project)
    rows = ask("select *, typeof(id) i, typeof(moment) t, typeof(price) p from shop.orders order by id", project)
    assert list(rows[0])[:7] == ["id", "country", "day", "moment", "price", "note", "month"]
    assert rows[0] | {"i": 0, "t": 0, "p": 0} == {
        "id": 1, "country": "DE", "day": "2024-01-31", "moment": "2024-01-31T10:00:00+00:00", "price": "10.50",
        "note": "a", "month": "2024-01", "i": 0, "t": 0, "p": 0,
    }  # fmt: skip
    assert [row["country"] for row in rows] == ["DE", "A/B", None]
    assert (rows[0]["i"], rows[0]["t"], rows[0]["p"]) == ("BIGINT", "TIMESTAMP WITH TIME ZONE", "DECIMAL(9,2)")
    (rejected,) = ask("select _line, _violations from shop.orders__quarantine", project)
    assert rejected["_line"] == 5
    assert rejected["_violations"][0]["column"] == "id"


def test_rows_of_an_older_contract_have_no_value_in_a_new_column(project):
    mesh("run", "shop.orders", root=project)
    path = project / "configs/shop/orders/contract.yaml"
    path.write_text(path.read_text().replace("1.0.0", "1.1.0") + "      - {name: extra, logicalType: string}\n")
    write(project / "in/two.csv", "id,country,day,moment,price,note,extra\n9,DE,2024-03-01,,1.00,z,new\n")
    mesh("run", "shop.orders", root=project)
    rows = ask("select id, extra from shop.orders order by id", project)
    assert rows == [{"id": one, "extra": None} for one in (1, 2, 3)] + [{"id": 9, "extra": "new"}]
    assert [
        one["version"] for one in json.loads(mesh("history", "shop.orders", "--json", root=project))["versions"]
    ] == [
        1,
        2,
    ]


def test_an_empty_table_has_its_columns(project):
    write(project / "in/one.csv", HEADER)
    mesh("run", "--all", root=project)
    assert ask("select count(*) as n, typeof(any_value(price)) as t from shop.copy", project) == [
        {"n": 0, "t": "DECIMAL(9,2)"}
    ]
    assert mesh("query", "select * from shop.orders", "--format", "csv", root=project) == (
        "id,country,day,moment,price,note,month\n"
    )
    assert ask("select * from shop.orders__quarantine", project) == []


def test_an_empty_project_says_how_to_begin(tmp_path):
    write(tmp_path / "configs/mesh.yaml", "name: m\nwarehouse: w\ndomains: {shop: {owner: shop-team}}\n")
    write(tmp_path / "configs/env/local.yaml", "world: {type: local}\n")
    for words in (("validate",), ("run", "--all")):
        assert "begin with: mesh-etl init" in mesh(*words, root=tmp_path)


def test_a_query_ends_without_a_word_more(project):
    asked = command("query", "select 1 as n", "--json", root=project)
    done = subprocess.run(**asked, capture_output=True, text=True, check=True)
    assert (json.loads(done.stdout), done.stderr) == ([{"n": 1}], "")


def test_a_query_that_fails_quotes_no_cell(project):
    assert "[NOT_RUN_YET]" in mesh("query", "select * from shop.orders", root=project, code=3)
    mesh("run", "shop.orders", root=project)
    said = mesh("query", "select cast(country as int) from shop.orders", root=project, code=4)
    assert "[QUERY_FAILED]" in said
    assert "DE" not in said
    said = mesh("query", "select prize from shop.orders", root=project, code=3)
    assert "prize" in said
    assert "[QUERY_INVALID]" in said


def test_what_people_read_fits_80_columns_and_holds_no_cell(project):
    mesh("run", "--all", root=project)
    for words in (("plan", "shop.orders"), ("show", "shop.orders"), ("history", "shop.orders"), ("run", "--all")):
        said = mesh(*words, root=project, COLUMNS="80")
        assert max(map(len, said.splitlines())) <= 80, said
        assert "20.25" not in said
    facts = json.loads(mesh("show", "shop.orders", "--json", root=project))
    assert facts["owner"] == "shop-team"
    assert facts["table"]["rows"] == 3
    assert facts["catalog"] == {"entry": "shop.orders", "published": True, "lacks": []}


SLOW = """\
import time
from pathlib import Path
Path("started").touch()
time.sleep(60)
"""


def test_ctrl_c_ends_with_130_and_one_line(project):
    write(project / "slow.py", SLOW)
    with (project / "configs/mesh.yaml").open("a") as file:
        file.write("plugins: [slow]\n")
    running = subprocess.Popen(
        **command("run", "--all", root=project), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (project / "started").exists() and running.poll() is None:
        pass
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert out == ""
    assert err == "error: interrupted; run again: the ledger decides what holds [INTERRUPTED]\n"
