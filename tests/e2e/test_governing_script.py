"""`jobs/govern.py`: what the accounts hold is held against the configuration, and made so where that is asked for."""

from __future__ import annotations

import json

import pytest

from mesh_etl.glue import main
from tests.e2e.governed import Shop


@pytest.fixture
def governing(tmp_path, capsys):
    """A governed shop, and a function that runs the script there; it returns the exit code and the lines."""
    shop = Shop.at(tmp_path)
    shop.apply()
    shop.said("run", "sales.orders")

    def run(*words):
        capsys.readouterr()
        code = 0
        try:
            main("govern", ["govern.py", "--root", str(shop.root), *words])
        except SystemExit as end:
            code = end.code
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return shop, run


def test_drift_is_a_fault_until_it_is_repaired(governing):
    shop, run = governing
    code, lines = run()
    assert (code, [line["outcome"] for line in lines]) == (0, ["well"])
    lake = shop.client("lakeformation", "sales")
    found = lake.get_data_lake_settings()["DataLakeSettings"]
    everybody = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
    lake.put_data_lake_settings(DataLakeSettings={**found, "CreateTableDefaultPermissions": [everybody]})
    code, lines = run()
    assert (code, [line["outcome"] for line in lines]) == (5, ["drifted", "failed"])
    assert lines[-1]["code"] == "DRIFTED"
    assert run("--repair", "true")[1][0]["outcome"] == "repaired"
    assert run("--repair=false")[0] == 0
