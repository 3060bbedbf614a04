"""A catalogue that was made before there were rights in it is as open as it was."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from mesh_etl.embedded_aws import FILE, store
from mesh_etl.testing.accounts import aws

ACCOUNT, CATALOG = "111111111111", "111111111111/eu-west-1"


def test_its_databases_and_tables_are_open_to_everybody(tmp_path: Path) -> None:
    before = store.STEPS.index(store.RIGHTS)
    with sqlite3.connect(tmp_path / FILE) as old:
        for statement in "".join(store.STEPS[:before]).split(";"):
            old.execute(statement)
        columns = {"StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}]}}
        old.execute("INSERT INTO databases VALUES (?, 'sales', ?, 1.0)", (CATALOG, json.dumps({"Name": "sales"})))
        body = json.dumps({"Name": "orders", **columns})
        old.execute("INSERT INTO tables VALUES (?, 'sales', 'orders', ?, 0, 1.0, 1.0)", (CATALOG, body))
        old.execute(f"PRAGMA user_version = {before}")
    with aws({"own": ACCOUNT}, home=tmp_path) as accounts:
        glue = accounts.client("glue", "own", "anybody")
        assert glue.get_table(DatabaseName="sales", Name="orders")["Table"]["StorageDescriptor"]["Columns"]
        glue.update_table(DatabaseName="sales", TableInput={"Name": "orders", **columns})
        found = accounts.client("lakeformation", "own", "anybody").list_permissions(ResourceType="TABLE")
        (grant,) = found["PrincipalResourcePermissions"]
        assert grant["Principal"]["DataLakePrincipalIdentifier"] == "IAM_ALLOWED_PRINCIPALS"
