from __future__ import annotations

import subprocess
import sys


def test_contracts_load_without_engines_and_files():
    program = "import sys, mesh_etl.contract, mesh_etl.contract.diff; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"pyspark", "boto3", "pyarrow", "sqlglot", "pandas"} & set(done.stdout.split())
