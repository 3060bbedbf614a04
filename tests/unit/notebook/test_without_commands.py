"""A notebook in Glue has the library and what jobs need, but none of the packages that only commands need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("typer", "rich", "click"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from mesh_etl import notebook as mesh

product = mesh.draft("shop.visits", from_="visits.csv", owner="web-team").filter(where="page = 'a'")
for answer in (product, product.preview(), product.write(), product.plan()):
    assert str(answer) and answer._repr_html_()
"""


def test_a_product_is_authored_without_what_commands_need(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("id,page\n1,a\n2,b\n")
    ran = subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
