"""Versions of a table as its users have them: history, tags, queries of older versions, rollback."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from mesh_etl.cli import main

SECRET = "hunter2-4711"
FILES = {
    "configs/mesh.yaml": "name: shop\nwarehouse: table\ndomains: {shop: {owner: team, description: What was sold.}}\n",
    "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
    "configs/shop/sales/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: sales
version: 1.0.0
status: active
schema:
  - name: sales
    properties:
      - {name: id, logicalType: integer, required: true}
""",
    "configs/shop/sales/job.yaml": """\
product: shop.sales
source: {type: csv, path: "in/*.csv"}
target: {mode: append}
checks: {max_rejected: 50%}
""",
    "configs/shop/copy/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: copy
version: 1.0.0
status: active
schema:
  - name: copy
    properties:
      - {name: id, logicalType: integer, required: true}
""",
    "configs/shop/copy/job.yaml": """\
product: shop.copy
source: {type: table, product: shop.sales, version: first-load}
target: {mode: replace}
""",
    "in/1.csv": "id\n1\n2\n",
}


@pytest.fixture
def shop(tmp_path):
    """A product with two versions; the second has a refused row."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    said(tmp_path, "run", "shop.sales")
    (tmp_path / "in/2.csv").write_text(f"id\n3\n4\n{SECRET}\n")
    said(tmp_path, "run", "shop.sales")
    return tmp_path


def said(root, *words, code=0):
    """What the command says, of which no cell is a part."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main([*words, "--root", str(root), "--no-color"])
    assert int(end.value.code or 0) == code, err.getvalue()
    assert SECRET not in out.getvalue() + err.getvalue()
    return err.getvalue() if code else out.getvalue()


def told(root, *words):
    return json.loads(said(root, *words, "--json"))


def ids(root, sql):
    return sorted(row["id"] for row in told(root, "query", sql))


def test_a_tag_names_a_version_wherever_one_is_asked_for(shop):
    assert "'first-load' names version 1" in said(shop, "tag", "shop.sales", "first-load", "--version", "1")
    assert told(shop, "tag", "shop.sales") == {"product": "shop.sales", "tags": {"first-load": 1}}
    assert ids(shop, "select id from shop.sales at (version => 'first-load')") == [1, 2]
    assert ids(shop, "select sales.id from shop.sales at (version => 2)") == [1, 2, 3, 4]
    old = "select new.id from shop.sales new anti join shop.sales at (version => 1) old on new.id = old.id"
    assert ids(shop, old) == [3, 4]
    said(shop, "run", "shop.copy")
    assert ids(shop, "select id from shop.copy") == [1, 2]
    assert told(shop, "rollback", "shop.sales", "--to", "first-load")["to"] == 1
    said(shop, "tag", "shop.sales", "first-load", "--delete")
    assert "[UNKNOWN_TAG]" in said(shop, "query", "select * from shop.sales at (version => 'first-load')", code=3)
    assert "[UNKNOWN_TAG]" in said(shop, "plan", "shop.copy", code=3)


def test_a_rollback_is_seen_by_history_query_and_quarantine(shop):
    dry = told(shop, "rollback", "shop.sales", "--to", "1", "--dry-run")
    assert (dry["version"], dry["undone"], dry["inputs_to_read_again"]) == (None, [2], 1)
    shown = said(shop, "rollback", "shop.sales", "--to", "1")
    assert "version 3 is what version 1 was" in shown
    assert "reads 1 input again" in shown
    assert ids(shop, "select id from shop.sales") == [1, 2]
    assert told(shop, "query", "select count(*) as n from shop.sales__quarantine") == [{"n": 0}]
    assert "nothing was changed" in said(shop, "rollback", "shop.sales", "--to", "1")
    versions = told(shop, "history", "shop.sales")["versions"]
    assert [(one["operation"], one["rows_changed"], one["restores"]) for one in versions] == [
        ("append", 2, None),
        ("append", 2, None),
        ("rollback", -2, 1),
    ]
    assert versions[2]["table"] == versions[0]["table"]
    assert "rollback to 1" in said(shop, "history", "shop.sales")
    said(shop, "run", "shop.sales")
    assert ids(shop, "select id from shop.sales") == [1, 2, 3, 4]
    assert told(shop, "query", "select count(*) as n from shop.sales__quarantine") == [{"n": 1}]


def test_history_shows_tags(shop):
    said(shop, "tag", "shop.sales", "b")
    said(shop, "tag", "shop.sales", "a", "--version", "2")
    assert "version 2: a, b" in said(shop, "history", "shop.sales")
    assert [one["tags"] for one in told(shop, "history", "shop.sales")["versions"]] == [[], ["a", "b"], [], []]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("rollback", "shop.sales", "--to", "9"), "UNKNOWN_VERSION"),
        (("rollback", "shop.copy", "--to", "1"), "NOT_RUN_YET"),
        (("tag", "shop.copy", "x"), "NOT_RUN_YET"),
        (("tag", "shop.sales", "3"), "BAD_TAG"),
        (("tag", "shop.sales", "x", "--version", "0"), "UNKNOWN_VERSION"),
        (("query", "select * from shop.sales at (version => 9)"), "UNKNOWN_VERSION"),
        (("query", "select * from shop.sales at (timestamp => now())"), "QUERY_REFUSED"),
        (("query", "select * from shop.sales at (version => 1 + 1)"), "QUERY_REFUSED"),
        (("query", "select * from shop.sales__quarantine at (version => 1)"), "QUERY_REFUSED"),
    ],
)
def test_what_cannot_be_asked_for_is_told(shop, words, code):
    assert f"[{code}]" in said(shop, *words, code=3)
