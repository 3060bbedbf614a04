"""From the inputs of a job to the frame that is written: parse, transform, answer the rules that are SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.contract.types import ddl
from mesh_etl.kernels.bundle import Bundle, bundled, parsed
from mesh_etl.kernels.work import Reader
from mesh_etl.run.applied import applied
from mesh_etl.transforms.trace import FATE, ROW, ROW_TYPE

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.storage import Scratch

BUNDLES_PER_CORE = 8


@dataclass
class Written:
    """The frame to write, and what transforms took out or consumed before the last barrier (see `_barrier`)."""

    frame: DataFrame
    consumed: dict[int, int] = field(default_factory=dict)
    dropped: dict[int, dict[str, int]] = field(default_factory=dict)
    barrier: bool = False
    counted: bool = False


def frame_of(
    plan: Plan, engine: Engine, secret: Callable[[str], str], scratch: Scratch, rehearsal: bool = False
) -> Written:
    """The frame that the job writes: contract columns, hidden columns and the answers of SQL rules.

    With `rehearsal` all inputs are empty frames, so that only names and types are worked out.
    """
    frames = {name: _input(plan, engine, name, scratch, rehearsal) for name in plan.inputs}
    written = Written(frames["source"])
    for index, step in enumerate(plan.steps):
        if not step.is_traced():
            _barrier(written, rehearsal)
        written.frame = applied(plan, index, written.frame, frames, engine, secret)
        if not step.is_traced():
            written.frame = written.frame.withColumn(ROW, _nowhere())
    return written


def _input(plan: Plan, engine: Engine, name: str, scratch: Scratch, rehearsal: bool) -> DataFrame:
    reader = plan.inputs[name].reader
    work = [] if rehearsal else bundles_of(plan, engine, name)
    columns = f"{ddl(reader.schema)}, {ROW} {ROW_TYPE}"
    return engine.frame(partial(parse_bundle, reader, scratch), work, columns)


def bundles_of(plan: Plan, engine: Engine, name: str) -> list[Bundle]:
    """The work on one input, as the engine's tasks get it."""
    items = [item for item in plan.items if item.input == name]
    return bundled(items, BUNDLES_PER_CORE * engine.cores)


def _nowhere() -> Column:
    from pyspark.sql import functions as F

    return F.struct(F.lit(-1).cast("int").alias("item"), F.lit(-1).cast("bigint").alias("record"))


def _barrier(written: Written, rehearsal: bool) -> None:
    """Count what has been taken out so far, and pass on live rows without hidden columns.

    Rows after a step that joins, groups or rewrites rows freely no longer stem from one record each: the step consumes
    the rows before it, and the rows after it are counted anew.
    """
    frame = written.frame
    if FATE in frame.columns and not rehearsal:
        written.counted = True
        for item, fate, rows in frame.groupBy(f"{ROW}.item", FATE).count().collect():
            if fate is None:
                written.consumed[item] = written.consumed.get(item, 0) + rows
            else:
                written.dropped.setdefault(item, {})[fate] = rows
    if FATE in frame.columns:
        frame = frame.where(f"{FATE} is null").drop(FATE)
    written.frame = frame.drop(ROW)
    written.barrier = True


def parse_bundle(reader: Reader, scratch: Scratch, bundle: Bundle) -> Iterator[pa.RecordBatch]:
    """The typed rows of the items, each with its origin; what was rejected is left in a file beside.

    An engine may run the bundle twice, even at once: each run says the same, and the manifest of one of them stays.
    """
    import pyarrow as pa

    from mesh_etl.kernels.write.spill import Spill, Task

    task = Task(Spill(scratch.folder, reader.schema, storage=scratch.storage))
    for one in parsed(reader, bundle):
        items = task.take(one)
        origin = pa.StructArray.from_arrays(
            [pa.array(items, pa.int32()), pa.array(one.records, pa.int64())], ["item", "record"]
        )
        yield one.batch.append_column(ROW, origin)
    manifest = task.close()
    with scratch.writing(manifest_path(scratch, bundle)) as local:
        Path(local).write_text(json.dumps(manifest))


def manifest_path(scratch: Scratch, bundle: Bundle) -> str:
    """Where the manifest of a parsed bundle is left."""
    return f"{scratch.folder}/bundle-{bundle[0].number}.json"
