"""How near files come to the target size, and what a filter reads of rows in an order."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from page import machine, table, write_section

from mesh_etl.kernels.write.cluster import clustered
from mesh_etl.kernels.write.encode import EncodeJob, encode
from mesh_etl.run.expansion import USUAL, sample_of
from mesh_etl.run.stage_parts import shares

TARGET, ROW_GROUP = 4 << 20, 2 << 20
GROUPS = 64
SEED = 7


def values(kind: str, rows: int) -> pa.Table:
    """Rows that repeat much, some, or not at all."""
    draw = np.random.default_rng(SEED)
    if kind == "repeated":
        texts = np.array([f"a text of some length, number {number}" for number in range(200)])
        columns = {"code": draw.integers(0, 50, rows), "text": texts[draw.integers(0, 200, rows)]}
        return pa.table({"n": np.arange(rows), **columns})
    if kind == "mixed":
        names = np.array([f"c{number}" for number in range(50_000)])
        return pa.table({"n": np.arange(rows), "name": names[draw.integers(0, 50_000, rows)], "x": draw.random(rows)})
    return pa.table({"x": draw.random(rows), "y": draw.random(rows), "z": draw.random(rows)})


def sizes(kind: str, rows: int, folder: Path) -> list[tuple[str, ...]]:
    """The files that shares by a fixed ratio and by a measured one make, as shares of the target."""
    folder.mkdir()
    path, segments = str(folder / "rows.arrow"), []
    rows_ = values(kind, rows)
    with pa.ipc.new_file(path, rows_.schema) as writer:
        for batch in rows_.to_batches(max_chunksize=20_000):
            writer.write_batch(batch)
            facts = {"batch": len(segments), "rows": batch.num_rows, "bytes": batch.nbytes}
            segments.append({"values": [], **facts})
    manifest: dict[str, Any] = {"spill": path, "segments": segments}
    job = EncodeJob("", (), target_bytes=TARGET, row_group_bytes=ROW_GROUP)
    pieces, size = sample_of([manifest])
    measured = size / sum(file["bytes"] for file in _files(job, folder / "sample", pieces, 0))
    found = []
    for label, ratio in ((f"a fixed ratio of {USUAL:.0f}", USUAL), ("a sample", measured)):
        made = [
            file["bytes"] / TARGET
            for number, share in enumerate(shares([manifest], TARGET, ratio, 1))
            for file in _files(job, folder / f"{ratio:.2f}-{number}", share.pieces, share.bytes)
        ]
        spread = (f"{min(made):.2f}", f"{float(np.median(made)):.2f}", f"{max(made):.2f}")
        found.append((kind, label, f"{measured:.1f}", str(len(made)), *spread))
    return found


def _files(job: EncodeJob, folder: Path, pieces: Any, size: int) -> list[dict[str, Any]]:
    fields = {"target_bytes": job.target_bytes, "row_group_bytes": job.row_group_bytes}
    files: list[dict[str, Any]] = encode(EncodeJob(str(folder), pieces, bytes=size, **fields))["files"]
    return files


def touched(rows: pa.Table, name: str) -> float:
    """The share of the row groups whose bounds meet a filter that takes 1 % of a column's values."""
    low, high = int(rows.num_rows * 0.51), int(rows.num_rows * 0.52)
    groups = rows.column(name).to_numpy()[: rows.num_rows // GROUPS * GROUPS].reshape(GROUPS, -1)
    return float(((groups.min(axis=1) < high) & (groups.max(axis=1) >= low)).mean())


def orders(rows: int) -> list[tuple[str, ...]]:
    """What filters on each column touch of rows that are sorted by the first, and of rows along a curve."""
    draw, found = np.random.default_rng(SEED), []
    for columns in (2, 3, 4):
        names = [f"c{number}" for number in range(columns)]
        whole = pa.table({name: draw.permutation(rows) for name in names})
        for label in ("sort_by", "cluster_by"):
            began = time.process_time()
            ordered = whole.sort_by(names[0]) if label == "sort_by" else clustered(whole, names)
            seconds = time.process_time() - began
            shares_ = ", ".join(f"{100 * touched(ordered, name):.0f}" for name in names)
            found.append((label, str(columns), shares_, f"{seconds:.2f}"))
    return found


def section(rows: int) -> str:
    """What was measured, as a section of the page."""
    with tempfile.TemporaryDirectory(prefix="mesh-etl-bench-") as folder:
        made = [
            one
            for kind, times in (("repeated", 3), ("mixed", 2), ("random", 2))
            for one in sizes(kind, times * rows, Path(folder) / kind)
        ]
    columns = ("values", "shares by", "bytes of memory a byte", "files", "least", "median", "most")
    return f"""
## Layout: sizes of files, and rows in an order

`scripts/bench layout --rows {rows}`. Sizes of files as shares of a target of 4 MB, with row groups of 2 MB. What makes
a byte of a file is taken to be {USUAL:.0f} bytes of memory, or is measured on a sample.
{machine()}.

{table(columns, made)}

The percentage of {GROUPS} row groups that a filter touches which takes 1 % of one column's values, for each of the
columns, and the CPU seconds that it takes to put {rows:,} rows in order.

{table(("order", "columns", "touched", "CPU"), orders(rows))}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    write_section("layout", section(parser.parse_args().rows))
