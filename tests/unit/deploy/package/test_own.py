"""What is shipped is the project's own, and is imported under no other's name."""

from __future__ import annotations

import pytest

from mesh_etl.deploy.package.lint import lint
from mesh_etl.deploy.package.modules import own_modules
from tests.unit.deploy.package.conftest import product

STEP = {"type": "python", "function": "rules.orders:complete"}
FUNCTION = "\n\ndef complete(df):\n    return df\n"


def told(shop, source="", **deploy):
    """What lint says of a product with this step, as codes with their places."""
    shop.write({"rules/__init__.py": "", "rules/orders.py": source + FUNCTION})
    shop.write(product("sales.orders", transforms=[STEP], deploy=deploy))
    return [(one.code, one.where) for one in lint(shop.project(), shop.estate()).faults]


@pytest.mark.parametrize("link", ["rules/near.py", "rules/key.pem", "sums.py", "sums"])
def test_a_link_that_leads_out_of_the_project_is_not_shipped(shop, tmp_path_factory, link):
    outside = tmp_path_factory.mktemp("outside")
    for name in ("one.py", "key.pem", "sums/__init__.py"):
        (outside / name).parent.mkdir(exist_ok=True)
        (outside / name).write_text("one = 1\n")
    source = "import sums\n" if link.startswith("sums") else ""
    target = outside / {"rules/near.py": "one.py", "rules/key.pem": "key.pem", "sums.py": "one.py"}.get(link, "sums")
    shop.write({"rules/orders.py": ""})
    (shop.root / link).symlink_to(target)
    shipped = f"{link}/__init__.py" if link == "sums" else link
    assert told(shop, source) == [("PATH_OUTSIDE", shipped)]


def test_a_link_within_the_project_is_a_file_as_any(shop):
    shop.write({"rules/orders.py": "", "docs/sums.py": "one = 1\n"})
    (shop.root / "rules" / "sums.py").symlink_to(shop.root / "docs" / "sums.py")
    assert told(shop) == []
    assert own_modules(shop.project(), ("sales.orders",))["rules/sums.py"] == b"one = 1\n"


@pytest.mark.parametrize(
    ("module", "deploy"),
    [
        ("json", {}),
        ("statistics", {"glue_version": "6.0"}),
        ("pydantic", {}),
        ("boto3", {}),
        ("pyspark", {}),
        ("mesh_etl", {}),
        ("pyarrow", {"packages": "virtual_env"}),
    ],
)
def test_a_module_that_would_stand_in_for_another_s_is_refused(shop, module, deploy):
    shop.write({f"{module}.py": "one = 1\n"})
    assert told(shop, f"import {module}\n", **deploy) == [("MODULE_SHADOWS", f"{module}.py")]


def test_a_module_of_a_taken_name_that_nothing_imports_is_not_shipped(shop):
    shop.write({"json.py": "one = 1\n"})
    assert told(shop, "import csv\n") == []


def test_the_library_s_own_checkout_is_not_shipped_twice(shop, monkeypatch):
    shop.write({"mesh_etl/__init__.py": ""})
    monkeypatch.setattr("mesh_etl.__file__", str(shop.root / "mesh_etl" / "__init__.py"))
    assert told(shop, "import mesh_etl\n") == []
    assert sorted(own_modules(shop.project(), ("sales.orders",))) == ["rules/__init__.py", "rules/orders.py"]
