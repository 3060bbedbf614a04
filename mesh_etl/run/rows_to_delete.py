"""Which files hold rows that a condition is true for, and these files without them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.contract.types import Schema, ddl
from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.kernels.stored.written import WrittenReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.spill import KeyRule, Spill, spill_batches
from mesh_etl.run.engines import translated
from mesh_etl.run.execution import written_files
from mesh_etl.run.states import States
from mesh_etl.run.verify import RECOUNT, kept_partitions
from mesh_etl.tables.entry import Partition
from mesh_etl.transforms.columns import require_read
from mesh_etl.transforms.engine_sql import for_engine

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from mesh_etl.expressions import Expression
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.progress import Progress
    from mesh_etl.storage import Scratch

_ITEM = "_mesh_item"
_PLACE = "--where"


def counted(plan: Plan, engine: Engine, where: Expression) -> dict[str, int]:
    """The rows that the condition is true for, by the path of their file; files without one are not named.

    Raises `PlanError` COLUMN_MISSING and NOT_A_CONDITION.
    """
    items = list(_items(plan, None))
    with translated(_PLACE):
        _check(plan, engine, where)
        named = {name.lower() for name in where.columns}
        read = tuple(column for column in plan.stored if column.name.lower() in named) or plan.stored[:1]
        frame = _frame(read, engine, items)
        rows = frame.where(for_engine(frame, {"": where})[""]).groupBy(_ITEM).count().collect()
    paths = [plan.ledger.layout.relative(item.file.path) for item in items]
    found: dict[str, int] = {}
    for item, count in rows:
        found[paths[item]] = found.get(paths[item], 0) + count
    return found


def rewritten(
    plan: Plan,
    engine: Engine,
    where: Expression,
    found: Mapping[str, int],
    kept: int,
    txn: str,
    scratch: Scratch,
    progress: Progress,
) -> tuple[tuple[Partition, ...], str]:
    """The rows of these files that stay are in new files of the transaction; returns them, and where their states are.

    Raises `RunError` STAGED_ROWS unless all rows but those that were found are there.
    """
    from pyspark.sql import functions as F

    items = list(_items(plan, found))
    spill = Spill(
        scratch.folder,
        plan.stored,
        tuple(rule for rule in plan.checks.row if not rule.rejects),
        tuple(KeyRule(rule.id, rule.columns) for rule in plan.checks.unique),
        plan.partition_by,
        tuple(rule.answer for rule in plan.checks.expressions if not rule.rejects),
        storage=scratch.storage,
    )
    progress.phase("write the others", len(items))
    with translated(_PLACE):
        frame = _frame(plan.stored, engine, items)
        gone = for_engine(frame, {"": where})[""]
        frame = frame.where(~F.coalesce(gone, F.lit(False))).drop(_ITEM)
        answers = for_engine(frame, {one.answer: one.test for one in plan.checks.expressions if not one.rejects})
        frame = frame.select("*", *(answer.alias(name) for name, answer in answers.items()))
    manifests = engine.sink(frame, partial(spill_batches, spill, row="", fate=""))
    partitions, columns = written_files(plan, engine, manifests, txn, scratch, progress)
    if (written := sum(one.rows for one in partitions)) != kept:
        problem = f"the staged files hold {written:,} rows, {kept:,} are to stay"
        raise RunError(Fault("STAGED_ROWS", problem, plan.ledger.layout.root, RECOUNT))
    states = States(plan, engine, manifests, columns, kept_partitions(plan, partitions, found), scratch)
    return partitions, states.write(txn, partitions)


def _items(plan: Plan, only: Collection[str] | None) -> Iterator[WorkItem]:
    """The pieces of the table's files, or of these alone."""
    reader, ledger = WrittenReader(plan.stored), plan.ledger
    number = 0
    for partition in plan.head.partitions.values() if plan.head else ():
        constants = tuple((key.name, value) for key, value in zip(plan.partition_by, partition.values, strict=True))
        for one in partition.files:
            if only is None or one.path in only:
                file = ledger.storage.file(ledger.layout.path(one.path), one.bytes, constants)
                for start, end in reader.split(file):
                    yield WorkItem(number, "table", file, start, end)
                    number += 1


def _frame(schema: Schema, engine: Engine, items: list[WorkItem]) -> DataFrame:
    return engine.frame(partial(numbered, WrittenReader(schema)), items, f"{ddl(schema)}, {_ITEM} int")


def numbered(reader: WrittenReader, item: WorkItem) -> Iterator[pa.RecordBatch]:
    """The rows of the item, each with the item's number. Raises `RunError` for one that does not fit the table."""
    import pyarrow as pa

    for parsed in reader.parse(item):
        if parsed.rejects:
            problem = "a file of the table holds values that do not fit the table's types"
            raise RunError(Fault("FILE_DAMAGED", problem, item.file.path, "see mesh-etl verify"))
        yield parsed.batch.append_column(_ITEM, pa.repeat(pa.scalar(item.number, pa.int32()), parsed.batch.num_rows))


def _check(plan: Plan, engine: Engine, where: Expression) -> None:
    """The condition is one, over columns that readers see."""
    visible = _frame(plan.contract.schema, engine, []).drop(_ITEM)
    require_read(visible, {"": where}, _PLACE)
    kind = visible.select(for_engine(visible, {"": where})[""].alias("c")).dtypes[0][1]
    if kind != "boolean":
        raise PlanError(Fault("NOT_A_CONDITION", f"is of type {kind}, not a condition", _PLACE, "compare it"))
