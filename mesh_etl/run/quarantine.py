"""The rejected rows of a run as a table: raw text, file, line, the rules that each broke, and how to read it again."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.kernels.work import Reader, WorkItem
from mesh_etl.stores.address import recorded
from mesh_etl.tables.entry import Quarantine, RefusedFile
from mesh_etl.tables.quarantine import schema

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.storage import Scratch


def write(
    plan: Plan,
    engine: Engine,
    manifests: Sequence[dict[str, Any]],
    parsed: Sequence[dict[str, Any]],
    txn: str,
    scratch: Scratch,
) -> Quarantine:
    """Every rejected row of the run is in the transaction's quarantine folder; returns its files.

    Rows that a rule refused after they went through an engine are found again in their input by their origin.
    """
    import pyarrow.parquet as pq

    paths = [manifest["rejects"] for manifest in manifests if manifest["rejects"]]
    if not paths:
        return Quarantine(rows=0)
    bases = _first_lines(plan, parsed)
    layout = plan.ledger.layout
    target = f"{layout.quarantine(txn)}/part-{uuid.uuid4().hex}.parquet"
    constants = {"_contract_version": plan.contract.version, "_run": txn}
    rows = 0
    with plan.ledger.storage.writing(target, private=True) as local:
        with pq.ParquetWriter(local, schema(), compression="zstd") as writer:
            for batch in _located(plan, engine, paths, scratch):
                table = _dressed(batch, plan, bases, constants)
                rows += table.num_rows
                writer.write_table(table)
        size = os.path.getsize(local)
    return Quarantine(rows=rows, files=(RefusedFile(path=layout.relative(target), rows=rows, bytes=size),))


def _located(plan: Plan, engine: Engine, paths: Sequence[str], scratch: Scratch) -> Iterator[pa.RecordBatch]:
    """All rejected records; those that came out of an engine without line and text are looked up, item by item."""
    import pyarrow.compute as pc

    from mesh_etl.kernels.write.spill import rejects

    lost: dict[int, list[tuple[int, Any]]] = {}
    for batch in rejects(paths, scratch.storage):
        unknown = pc.and_(pc.equal(batch["line"], 0), pc.greater_equal(batch["record"], 0))
        for row in batch.filter(unknown).to_pylist():
            lost.setdefault(row["item"], []).append((row["record"], row["violations"]))
        known = batch.filter(pc.invert(unknown))
        if known.num_rows:
            yield known
    items = {item.number: item for item in plan.items}
    readers = {name: opened.reader for name, opened in plan.inputs.items()}
    tasks = [(items[number], tuple(sorted(found, key=lambda one: one[0]))) for number, found in sorted(lost.items())]
    found = engine.map(partial(locate, readers, scratch), tasks)
    yield from rejects((one["rejects"] for one in found), scratch.storage)


def locate(
    readers: dict[str, Reader], scratch: Scratch, task: tuple[WorkItem, tuple[tuple[int, Any], ...]]
) -> dict[str, str]:
    """The rejected records of one item with their lines and texts, in a file."""
    import pyarrow as pa

    from mesh_etl.kernels.write.spill import REJECTS

    item, found = task
    places = readers[item.input].locate(item, [record for record, _ in found])
    rows = [
        {"item": item.number, "record": record, "line": place.line, "raw": place.raw, "violations": violations}
        for (record, violations), place in zip(found, places, strict=True)
    ]
    path = scratch.path("located")
    with scratch.writing(path) as local, pa.ipc.new_file(local, REJECTS) as writer:
        writer.write_table(pa.Table.from_pylist(rows, REJECTS))
    return {"rejects": path}


def _first_lines(plan: Plan, parsed: Sequence[dict[str, Any]]) -> dict[int, int]:
    """The line before the first of each item: what the file's earlier items hold, and its header."""
    lines: dict[int, int] = {}
    for manifest in parsed:
        for item, counts in manifest["counts"].items():
            lines[int(item)] = lines.get(int(item), 0) + counts.get("lines", 0)
    bases: dict[int, int] = {-1: 0}
    so_far: dict[tuple[str, str], int] = {}
    for item in plan.items:
        key = (item.input, item.file.path)
        start = so_far.get(key, plan.inputs[item.input].reader.first_line(item) - 1)
        bases[item.number] = start
        so_far[key] = start + lines.get(item.number, 0)
    return bases


def _dressed(batch: pa.RecordBatch, plan: Plan, bases: dict[int, int], constants: dict[str, str]) -> pa.Table:
    import pyarrow as pa

    root = plan.job.project.root
    items = {item.number: item for item in plan.items}
    origins = {number: recorded(item.file.path, root) for number, item in items.items()}
    headers = {number: json.dumps(item.header) if item.header else None for number, item in items.items()}
    numbers = batch["item"].to_pylist()
    known = [items.get(number) for number in numbers]  # None for rows that a transform made
    lines = [
        line + bases[number] if item else None
        for number, item, line in zip(numbers, known, batch["line"].to_pylist(), strict=True)
    ]
    rows = batch.num_rows
    records = [record if item else None for item, record in zip(known, batch["record"].to_pylist(), strict=True)]
    return pa.Table.from_arrays(
        [
            batch["violations"],
            pa.array([item and item.input for item in known], pa.string()),
            pa.array([origins.get(number) for number in numbers], pa.string()),
            pa.array(lines, pa.int64()),
            batch["raw"],
            pa.repeat(constants["_contract_version"], rows),
            pa.repeat(constants["_run"], rows),
            pa.array([headers.get(number) for number in numbers], pa.string()),
            pa.array([item and item.start for item in known], pa.int64()),
            pa.array(records, pa.int64()),
        ],
        schema=schema(),
    )
