"""The project's own Python is shipped whole, and what it imports must be there on Glue."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from mesh_etl.deploy.package.glue_versions import GLUE
from mesh_etl.deploy.package.importable import importable
from mesh_etl.deploy.package.imports import imports
from mesh_etl.deploy.package.lint import lint
from mesh_etl.deploy.package.lock import lock, provided
from mesh_etl.deploy.package.modules import own_modules
from mesh_etl.errors import ConfigError
from tests.unit.deploy.package.conftest import product

STEP = {"type": "python", "function": "rules.orders:complete"}
FUNCTION = "\n\ndef complete(df):\n    return df\n"


def test_the_modules_of_the_project_come_with_what_they_import(shop):
    shop.write({
        "rules/__init__.py": "",
        "rules/orders.py": "import zoneinfo\nfrom sums import total\n" + FUNCTION,
        "rules/__pycache__/orders.pyc": "",
        "rules/codes.csv": "a\n",
        "sums.py": "import pyarrow\ntotal = 1\n",
        "other.py": "",
    })  # fmt: skip
    shop.write(product("sales.orders", transforms=[STEP]))
    found = own_modules(shop.project(), ("sales.orders",))
    assert sorted(found) == ["rules/__init__.py", "rules/codes.csv", "rules/orders.py", "sums.py"]
    shop.write({"sums.py": "def ("})
    with pytest.raises(ConfigError, match=r"sums\.py:1:5: .*MODULE_UNREADABLE"):
        own_modules(shop.project(), ("sales.orders",))


def told(shop, source, **deploy):
    """The places at which a step of the product is told of a module that is not there: faults, and warnings."""
    shop.write({"rules/__init__.py": "", "rules/orders.py": source + FUNCTION})
    shop.write(product("sales.orders", transforms=[STEP], deploy=deploy))
    found = lint(shop.project(), shop.estate())
    assert {one.code for one in (*found.faults, *found.warnings)} <= {"MODULE_NOT_ON_GLUE"}
    return [one.where for one in found.faults], [one.where for one in found.warnings]


@pytest.mark.parametrize(
    ("source", "faults", "warnings"),
    [
        ("import os, pyspark.sql, awsglue.job, pandas, sqlglot\nfrom PIL import Image\n", [], []),
        ("import os\nimport holidays, polars.lazy\n", ["2:1"], []),
        ("if 1:\n    from holidays import DE\nelse:\n    import polars\n", [], ["2:5", "4:5"]),
        ("if __name__ == '__main__':\n    import holidays\nelse:\n    import polars\n", ["4:5"], []),
        ("if __name__ != '__main__':\n    import holidays\n", [], ["2:5"]),
        ("from contextlib import *\nwith suppress(ImportError):\n    import holidays\n", [], []),
        ("import contextlib as c\nwith c.suppress(OSError):\n    import holidays\n", ["3:5"], []),
        ("class One:\n    import holidays\n", ["2:5"], []),
        ("try:\n    import holidays\nfinally:\n    pass\n", ["2:5"], []),
        ("try:\n    import holidays\nexcept (ValueError, ImportError):\n    holidays = None\n", [], []),
        ("import typing\nif typing.TYPE_CHECKING:\n    import holidays\nelse:\n    import polars\n", ["5:5"], []),
        ("async def later():\n    with open('x'):\n        import holidays\n", [], ["3:9"]),
        ("match 1:\n    case 1:\n        import holidays\n", [], ["3:9"]),
    ],
)  # fmt: skip
def test_what_is_imported_must_be_there(shop, source, faults, warnings):
    at = [[f"rules/orders.py:{one}" for one in some] for some in (faults, warnings)]
    found = told(shop, source)
    assert [list(dict.fromkeys(some)) for some in found] == at


def test_packages_without_an_init_are_the_project_s_own_where_the_module_is_there(shop):
    shop.write({
        "rules.py": "one = 1\n",
        "build/jobs/run.py": "import holidays\n",
        "steps/deep/one.py": "import steps.deep.two, build.env\n",
        "steps/deep/two.py": "import polars\n",
    })  # fmt: skip
    found = told(shop, "from steps.deep.one import one\n")
    assert found == (["steps/deep/one.py:1:1", "steps/deep/two.py:1:1"], [])
    shipped = own_modules(shop.project(), ("sales.orders",))
    assert {name.partition("/")[0] for name in shipped} == {"rules.py", "rules", "steps"}
    assert {"steps/deep/one.py", "rules/orders.py"} < shipped.keys()


def test_what_runs_is_followed_through_the_project_and_no_further(shop):
    shop.write({
        "rules/test_orders.py": "import pytest, hypothesis\n",
        "rules/near.py": "from .nearer import one\nfrom sums import two\nfrom . import deep\n",
        "rules/nearer.py": "one = 1\n",
        "rules/deep/__init__.py": "from ..nearer import one\nimport holidays\n",
        "sums.py": "def two():\n    import rules.later\n",
        "rules/later.py": "import polars\n",
    })  # fmt: skip
    found = told(shop, "from .near import one\n")
    assert found == (["rules/deep/__init__.py:2:1"], ["rules/later.py:1:1"])


def test_a_plug_in_that_is_installed_here_is_not_there(shop):
    shop.mesh["plugins"] = ["hypothesis"]  # which these tests have, and no version of Glue
    shop.write_mesh()
    [fault] = lint(shop.project(), shop.estate()).faults
    assert (fault.code, fault.where.partition(":")[0]) == ("MODULE_NOT_ON_GLUE", "configs/mesh.yaml")
    assert "'hypothesis' on Glue 5.1" in fault.problem


def test_a_virtual_environment_has_nothing_of_glue(shop):
    assert told(shop, "import seaborn, pandas\n") == ([], [])
    assert told(shop, "import seaborn, pandas\n", packages="virtual_env") == (["rules/orders.py:1:1"], [])


def test_each_python_has_its_own_library(shop):
    assert told(shop, "import telnetlib, distutils\n", glue_version="5.1") == ([], [])
    assert told(shop, "import telnetlib, distutils\n", glue_version="6.0") == (["rules/orders.py:1:1"], [])
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    for version in (one for one in GLUE if GLUE[one].python == running):
        known = importable(version, (), alone=True)
        assert {one for one in sys.stdlib_module_names if not one.startswith("_")} <= known


@pytest.mark.parametrize("version", GLUE)
def test_packages_that_are_installed_here_are_imported_by_the_names_that_are_told(version):
    known = importable(version, ("avro", "embedded", "iceberg", "mysql", "postgresql"), alone=False)
    shipped = {one.package for some in lock(version).lacking.values() for one in some}
    seen = 0
    for package in {*provided(version), *shipped}:
        try:
            files = distribution(package).files or ()
        except PackageNotFoundError:
            continue
        code = (one for one in files if one.suffix in (".py", ".so") and ".." not in one.parts)
        assert {one.parts[0].partition(".")[0] for one in code} & known, package
        seen += 1
    assert seen > 20


def test_a_source_that_nests_deep_is_read():
    source = "x = " + " + ".join(["1"] * 900) + "\nimport holidays\n"
    assert [one.module for one in imports(source.encode(), "a.py")] == ["holidays"]


@pytest.mark.parametrize("source", [b"x = (\n", b"x = '\0'\n", b"\xff\xfe", b"x = " + b"(" * 300 + b")" * 300])
def test_what_is_no_python_is_told_with_its_place(source):
    with pytest.raises(ConfigError, match=r"rules/a\.py:\d+:\d+: .*MODULE_UNREADABLE"):
        imports(source, "rules/a.py")
