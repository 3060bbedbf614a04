"""A contract that changes: what `contract diff` says of it, and what a run lets pass."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout

import pytest

from mesh_etl.cli import main
from mesh_etl.config import load
from mesh_etl.errors import PlanError
from mesh_etl.plan import build

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: shop-orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {id: one, name: id, logicalType: integer, required: true}
      - {id: two, name: status, logicalType: string}
      - {name: note, logicalType: string}
"""
COPY = CONTRACT.replace("shop-orders", "shop-copy").replace("name: orders", "name: copy")
FILES = {
    "configs/mesh.yaml": "name: m\nwarehouse: table\ndomains: {shop: {owner: shop-team}}\n",
    "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
    "configs/shop/orders/contract.yaml": CONTRACT,
    "configs/shop/orders/job.yaml": """\
product: shop.orders
source: {type: csv, path: "in/*.csv"}
target: {mode: append}
""",
    "configs/shop/copy/contract.yaml": COPY.replace("      - {name: note, logicalType: string}\n", ""),
    "configs/shop/copy/job.yaml": """\
product: shop.copy
source: {type: table, product: shop.orders, columns: [id, status]}
target: {mode: replace}
""",
    "in/a.csv": "id,status,note\n1,open,\n2,,x\n",
}
MESH, _, ORDERS, JOB, _, COPY_JOB, DATA = FILES
PRODUCT = "configs/shop/copy/product.yaml"


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def made(project, mesh):
    """The project with both tables at version 1."""
    mesh(project).run("shop.orders")
    mesh(project).run("shop.copy")
    return project


def change(project, name, old, new):
    path = project / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def say(project, *words):
    """Exit code, stdout and stderr of a command."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(project)
        patch.setenv("NO_COLOR", "1")
        with pytest.raises(SystemExit) as end:
            main(list(words))
    return end.value.code, out.getvalue(), err.getvalue()


def refused(project, acknowledge=""):
    """The codes for which the job of orders is not planned."""
    with pytest.raises(PlanError) as raised:
        build(load("shop.orders", project), acknowledge=acknowledge)
    return [fault.code for fault in raised.value.faults]


def test_a_change_needs_a_version_that_says_so(made):
    change(made, ORDERS, "note, logicalType: string", "note, logicalType: string, description: Words.")
    assert refused(made) == ["VERSION_TOO_LOW"]
    change(made, ORDERS, "version: 1.0.0", "version: 1.0.1")
    assert [one.kind for one in build(load("shop.orders", made)).changes] == ["cosmetic"]


def test_versions_are_free_where_the_mesh_says_so(made):
    change(made, MESH, "name: m", "name: m\nversioning: free")
    change(made, ORDERS, "required: true", "required: false")
    assert [one.kind for one in build(load("shop.orders", made)).changes] == ["breaking"]


def test_a_draft_may_become_anything_and_an_active_contract_may_not(project, mesh):
    change(project, ORDERS, "status: active", "status: draft")
    mesh(project).run("shop.orders")
    change(project, ORDERS, "required: true", "required: false")
    assert [one.kind for one in build(load("shop.orders", project)).changes] == ["breaking"]
    change(project, ORDERS, "status: draft", "status: active")
    (project / "in/b.csv").write_text("id,status,note\n9,open,\n")
    mesh(project).run("shop.orders")
    change(project, ORDERS, "status: active", "status: draft")
    assert refused(project) == ["VERSION_TOO_LOW"], "a promise is not taken back by calling it a draft"


def test_a_breaking_change_is_acknowledged_by_the_command_or_the_job_and_recorded(made, mesh):
    change(made, ORDERS, "required: true", "required: false")
    change(made, ORDERS, "version: 1.0.0", "version: 2.0.0")
    assert refused(made) == ["NOT_ACKNOWLEDGED"]
    assert refused(made, "1.0.0") == ["NOT_THIS_VERSION"]
    assert build(load("shop.orders", made), acknowledge="2.0.0").acknowledged.by == "command"
    change(made, JOB, "target:", "checks: {acknowledge: 1.9.0}\ntarget:")
    assert refused(made) == ["NOT_ACKNOWLEDGED"]
    change(made, JOB, "acknowledge: 1.9.0", "acknowledge: 2.0.0")
    (made / "in/b.csv").write_text("id,status,note\n,open,\n")
    entry = mesh(made).run("shop.orders").entry
    assert (entry.acknowledged.version, entry.acknowledged.by) == ("2.0.0", "job")
    assert entry.acknowledged.changes == ("id: no longer required: readers may meet rows without a value",)
    change(made, JOB, "checks: {acknowledge: 2.0.0}\n", "")
    assert build(load("shop.orders", made)).work == "nothing new"


def test_acknowledging_is_no_other_work(made):
    before = build(load("shop.orders", made)).idem_key
    change(made, JOB, "target:", "checks: {acknowledge: 1.0.0}\ntarget:")
    assert build(load("shop.orders", made)).idem_key == before


def test_kept_files_stand_against_a_type_that_they_do_not_have_whatever_is_acknowledged(made):
    change(made, ORDERS, "logicalType: integer", "physicalType: int")
    change(made, ORDERS, "version: 1.0.0", "version: 2.0.0")
    assert refused(made, "2.0.0") == ["CONTRACT_BREAKING"]
    change(made, JOB, "append", "replace")
    assert build(load("shop.orders", made), acknowledge="2.0.0").work == "run"


def test_a_promise_that_kept_rows_may_break_is_acknowledged_too(made):
    change(made, ORDERS, "status, logicalType: string", "status, logicalType: string, required: true")
    change(made, ORDERS, "version: 1.0.0", "version: 1.1.0")
    assert refused(made) == ["STORED_UNPROVEN"]
    assert build(load("shop.orders", made), acknowledge="1.1.0").acknowledged.changes == ("status: required now",)


def test_a_table_that_grows_with_its_deliveries_needs_no_version(made, mesh):
    change(made, JOB, '"in/*.csv"', '"in/*.csv", drift: evolve')
    (made / "in/b.csv").write_text("id,status,note,more\n3,open,,new\n")
    assert mesh(made).run("shop.orders").entry.evolved[0].name == "more"
    (made / "in/c.csv").write_text("id,status,note,more\n4,open,,new\n")
    assert mesh(made).run("shop.orders").snapshot.rows == 4


def test_the_diff_of_a_product_tells_changes_and_consumers(made):
    change(made, ORDERS, "status, logicalType: string", "state, logicalType: string, required: true")
    change(made, ORDERS, "      - {name: note, logicalType: string}\n", "")
    code, out, _ = say(made, "contract", "diff", "shop.orders", "--consumers", "--json")
    told = json.loads(out)
    assert code == 2
    assert [one["code"] for one in told["faults"]] == ["VERSION_TOO_LOW"]
    assert (told["smallest_version"], told["old"]["name"]) == ("2.0.0", "version 1 of shop.orders")
    found = {(one["kind"], one["path"], one["flag"], one["stored"]) for one in told["changes"]}
    assert found == {
        ("breaking", "status", "rename", "unfit"),
        ("additive", "status", "", "unproven"),
        ("breaking", "note", "unannounced", "fits"),
    }
    assert all(one["new"].startswith(f"{ORDERS}:") for one in told["changes"])
    (consumer,) = told["consumers"]["products"]
    assert (consumer["product"], consumer["columns"], consumer["breaks"]) == ("shop.copy", ["id", "status"], True)
    assert consumer["changes"] == ["status: renamed to 'state': readers by the old name fail"]


def test_the_diff_of_a_product_tells_whether_its_data_would_pass(made, engine):
    if engine.name != "embedded":
        pytest.skip("the command opens an engine of its own; tests/engine/test_published.py asks the others")
    change(made, ORDERS, "version: 1.0.0", "version: 2.0.0")
    assert say(made, "contract", "diff", "shop.orders", "--data")[0] == 0
    change(made, ORDERS, "status, logicalType: string", "state, logicalType: string, required: true")
    code, out, _ = say(made, "contract", "diff", "shop.orders", "--data", "--json")
    told = json.loads(out)["data"]
    assert (code, told["passes"], told["rows"]) == (2, False, 2)
    assert [(one["rule"], one["rows"]) for one in told["rules"] if one["status"] == "rejected rows"] == [
        ("state.required", 1)
    ]
    code, out, _ = say(made, "contract", "diff", "shop.orders", "--data")
    assert "data of version 1, 2 rows: 1 rule broken" in out


def test_two_files_and_what_fails_the_command(project):
    old = project / "old.yaml"
    old.write_text(CONTRACT)
    change(project, ORDERS, "version: 1.0.0", "version: 2.0.0")
    change(
        project, ORDERS, "      - {name: note, logicalType: string}\n", "      - {name: more, logicalType: string}\n"
    )
    assert say(project, "contract", "diff", "old.yaml", ORDERS)[0] == 0
    assert say(project, "contract", "diff", "old.yaml", ORDERS, "--fail-on", "breaking")[0] == 2
    code, out, _ = say(project, "contract", "diff", "old.yaml", ORDERS, "--ci", "--fail-on", "additive")
    assert code == 2
    assert f"::error file={ORDERS},line=9,col=7,title=BREAKING::note: removed" in out
    assert f"::notice file={ORDERS},line=11,col=9,title=ADDITIVE::more: added as string" in out
    code, out, _ = say(project, "contract", "diff", "old.yaml", ORDERS, "--markdown")
    assert "| additive | more: added as string |" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["none.yaml", ORDERS], "FILE_MISSING"),
        (["shop.order"], "UNKNOWN_PRODUCT"),
        (["shop.orders"], "NO_VERSION"),
        ([ORDERS, ORDERS, "--data"], "USAGE"),
        ([ORDERS, ORDERS, "--ci", "--json"], "USAGE"),
    ],
)
def test_questions_that_have_no_answer(project, words, code):
    end, out, err = say(project, "contract", "diff", *words)
    assert end in (2, 3)
    assert code in out + err


def test_a_product_is_generated_and_then_held_to(made, mesh):
    assert say(made, "contract", "product", "shop.copy", "--write")[0] == 0
    assert "contractId: shop-orders" in (made / PRODUCT).read_text()
    assert say(made, "contract", "product", "shop.copy", "--write")[0] == 2
    assert say(made, "validate")[0] == 0
    change(made, "configs/shop/copy/contract.yaml", "version: 1.0.0", "version: 1.0.1")
    assert "PORT_MISMATCH" in say(made, "validate")[2]
    with pytest.raises(PlanError) as raised:
        mesh(made).run("shop.copy")
    assert raised.value.code == "PORT_MISMATCH"
    assert raised.value.faults[0].where.startswith(f"{PRODUCT}:16:14")


def test_a_port_is_a_consumer_as_well(made):
    say(made, "contract", "product", "shop.copy", "--write")
    (made / COPY_JOB).write_text('product: shop.copy\nsource: {type: csv, path: "in/*.csv"}\ntarget: {mode: replace}\n')
    told = json.loads(say(made, "contract", "diff", "shop.orders", "--consumers", "--json")[1])
    assert [(one["product"], one["columns"], one["where"]) for one in told["consumers"]["products"]] == [
        ("shop.copy", None, f"{PRODUCT}:12:17")
    ]
    assert "PORT_UNUSED" in say(made, "validate")[2]
    change(made, COPY_JOB, "source:", "sauce:")
    out = say(made, "contract", "diff", "shop.orders", "--consumers")[1]
    assert "not known: shop.copy" in out
