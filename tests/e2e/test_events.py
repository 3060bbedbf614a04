"""What a mesh tells of itself, and products that follow those which they read, by the command line."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest

from mesh_etl.cli import main

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: NAME
version: 1.0.0
status: active
schema:
  - name: NAME
    properties:
      - {name: id, logicalType: integer, required: true}
"""


@pytest.fixture
def project(tmp_path):
    sources = {
        "orders": "{type: csv, path: 'in/*.csv'}",
        "copy": "{type: table, product: shop.orders}",
        "second": "{type: table, product: shop.copy}",
    }
    texts = {
        "mesh.yaml": "name: m\nwarehouse: warehouse\ndomains: {shop: {owner: shop-team}}\n",
        "env/local.yaml": "world: {type: local}\nvalues: {}\n",
    }
    for name, source in sources.items():
        mode = "append" if name == "orders" else "replace"
        texts[f"shop/{name}/contract.yaml"] = CONTRACT.replace("NAME", name)
        texts[f"shop/{name}/job.yaml"] = f"product: shop.{name}\nsource: {source}\ntarget: {{mode: {mode}}}\n"
    for name, text in texts.items():
        path = tmp_path / "configs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "in").mkdir()
    return tmp_path


def mesh(root, *words, code=0):
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as end:
        main([*words, "--root", str(root), "--no-color"])
    assert end.value.code == code, out.getvalue()
    return out.getvalue()


def deliver(root, name):
    (root / f"in/{name}.csv").write_text("id\n1\n2\n")


def triggered(root):
    return [one["product"] for one in json.loads(mesh(root, "run", "--triggered", "--json"))["products"]]


def test_products_follow_those_that_they_read_one_after_the_other(project):
    assert triggered(project) == [], "what they read has no table yet"
    assert mesh(project, "events") == "Nothing of the kind was told from this machine yet.\n"
    deliver(project, "a")
    mesh(project, "run", "shop.orders")
    assert triggered(project) == ["shop.copy", "shop.second"]
    assert triggered(project) == []
    deliver(project, "b")
    assert triggered(project) == [], "a file is no publication"
    mesh(project, "run", "shop.orders")
    assert triggered(project) == ["shop.copy", "shop.second"]
    assert "nothing to run" in mesh(project, "run", "--triggered")


def test_events_can_be_listed_by_product_and_type(project):
    assert mesh(project, "events") == "Nothing of the kind was told from this machine yet.\n"
    deliver(project, "a")
    mesh(project, "run", "--all")
    assert "shop.orders  version 1: append, 2 rows, passed" in mesh(project, "events")
    said = json.loads(mesh(project, "events", "--product", "shop.copy", "--type", "DataProductPublished", "--json"))
    assert [(one["product"], one["seq"]) for one in said["events"]] == [("shop.copy", 1)]
    assert json.loads(mesh(project, "events", "--type", "QualityFailed", "--json")) == {"events": []}


def test_one_way_of_choosing_products_is_enough(project):
    assert mesh(project, "run", "--all", "--triggered", code=2) == ""
