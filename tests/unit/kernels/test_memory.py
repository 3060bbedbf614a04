"""Memory does not depend on how many rows an item has: the peak of a process that checks, hashes and spills them."""

from __future__ import annotations

import subprocess
import sys

RUN = """
import resource, sys
from pathlib import Path
from mesh_etl.checks.required import Required
from mesh_etl.checks.ranges import Range
from mesh_etl.contract.types import Field, Simple
from mesh_etl.kernels.text.csv import CsvReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write import spill
from mesh_etl.stores import LOCAL, InputFile

path, rows = Path(sys.argv[1]), int(sys.argv[2])
block = "".join(f"{number},{number % 97}\\n" for number in range(10_000, 20_000))
with path.open("w") as file:
    file.write("a,b\\n")
    for _ in range(rows // 10_000):
        file.write(block)
spill.HOLD_BYTES = 4 << 20
columns = (Field("a", Simple("int")), Field("b", Simple("int")))
rules = (Required("r", "a", True), Range("m", "b", True, (1, True), None), Range("n", "b", False, None, (90, True)))
task = spill.Spill(str(path.parent), columns, rules, (spill.KeyRule("k", ("a",)),))
size = path.stat().st_size
item = WorkItem(0, "in", InputFile(str(path), size, "v", LOCAL), 4, size, ("a", "b"))
counts = spill.spill_bundle(task, {"in": CsvReader(columns)}, (item,))["counts"]["0"]
assert counts["read"] == counts["good"] + counts["rejected"] == rows, counts
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(folder, rows):
    """Kilobytes of the process that spills so many rows."""
    folder.mkdir()
    command = [sys.executable, "-c", RUN, str(folder / "in.csv"), str(rows)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_eight_times_the_rows_take_as_much_memory(tmp_path):
    assert peak(tmp_path / "many", 4_000_000) < 1.25 * peak(tmp_path / "few", 500_000)
