"""Names from outside never lead out of the project, and never become SQL."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from mesh_etl.cli import main

OUTSIDE = "zz_outside_the_project"
HOSTILE = (
    f"../../{OUTSIDE}",
    f"sales.../../../{OUTSIDE}",
    f"sales.orders/../../../{OUTSIDE}",
    "/etc/passwd",
    "sales.orders; drop table x",
    "sales.orders' or '1'='1",
    "sales.orders\x00",
    "s\u0430les.orders",  # a Cyrillic letter
    "sales.orders\u202e",
    "",
    "a" * 5_000,
)
COMMANDS = (
    ("show", "{}"),
    ("run", "{}"),
    ("request", "{}", "--for", "marketing.analyst", "--reason", "x"),
    ("requests", "show", "{}"),
    ("approve", "{}", "--by", "sales-team"),
    ("query", "select 1 from sales.orders", "--as", "{}"),
    ("access", "explain", "--principal", "marketing.analyst", "--product", "{}"),
    ("access", "explain", "--principal", "{}", "--product", "sales.orders"),
)
FILES = {
    "configs/mesh.yaml": """\
name: shop
warehouse: table
accounts: {governance: {id: "111111111111"}, sales: {id: "222222222222"}, marketing: {id: "444444444444"}}
governance: {account: governance}
domains: {sales: {owner: sales-team, account: sales}}
consumers: {marketing: {account: marketing, principals: {analyst: marketing-analyst}}}
""",
    "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
    "configs/sales/orders/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema: [{name: orders, properties: [{name: id, logicalType: integer}]}]
""",
    "configs/sales/orders/job.yaml": "product: sales.orders\nsource: {type: csv, path: in.csv}\n"
    "target: {mode: append}\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project two folders below one in which nothing else may appear."""
    above = tmp_path_factory.mktemp("above")
    root = above / "one" / "two"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    # What a traversal would find is as a request and as a product would be.
    for place in (above, above / "one", root):
        (place / f"{OUTSIDE}.json").write_text("{}")
        (place / OUTSIDE).mkdir()
        (place / OUTSIDE / "job.yaml").write_text(FILES["configs/sales/orders/job.yaml"])
    return root


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_a_hostile_name_is_refused_with_a_code_and_leaves_nothing(shop, words):
    above = shop.parents[1]
    before = {path for path in above.rglob("*") if shop not in path.parents}
    for name in HOSTILE:
        out, err = StringIO(), StringIO()
        given = [name if word == "{}" else word for word in words]
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
            main([*given, "--root", str(shop), "--no-color"])
        assert end.value.code in (2, 3), (name[:40], err.getvalue())
        assert "INTERNAL" not in err.getvalue(), name[:40]
        assert "Traceback" not in err.getvalue(), name[:40]
    assert {path for path in above.rglob("*") if shop not in path.parents} == before
