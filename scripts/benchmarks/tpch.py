"""The benchmarks' input: TPC-H lineitem as it comes from the generator, without the demo's faults."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

from contestants import BENCH, ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from generate import tpch


def lineitem(scale: float) -> Path:
    """lineitem.csv of that scale; made once."""
    folder = BENCH / f"tpch-{scale:g}"
    file = folder / "lineitem.csv"
    if not file.exists():
        making = folder.with_name(folder.name + ".part")
        tpch(making, scale, ("lineitem",))
        making.rename(folder)
    return file


def first_rows(count: int) -> Path:
    """A file with the header and the first `count` rows of lineitem."""
    file = BENCH / f"first-{count}.csv"
    with lineitem(0.01).open("rb") as source, file.open("wb") as target:
        target.writelines(islice(source, count + 1))
    return file
