"""The partition keys of a table, and the columns that its layout names, held against its contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesh_etl.config.partition import called
from mesh_etl.contract.types import Array, DataType, Map, Struct
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.kernels.write.parquet import writes_bloom_filters
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.plan.mode_columns import to_add

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract

_WHOLE = {"tinyint", "smallint", "int", "bigint"}
_MOMENTS = {"timestamp", "timestamp_ntz"}
# For each transform the types that it takes; `decimal` and `varchar` stand for those of any size.
_TAKES = {
    "identity": {"string", "varchar", "boolean", "date", *_WHOLE},
    "year": {"date", *_MOMENTS},
    "month": {"date", *_MOMENTS},
    "day": {"date", *_MOMENTS},
    "hour": _MOMENTS,
    "bucket": {"string", "varchar", "binary", "date", "decimal", *_WHOLE, *_MOMENTS},
    "truncate": {"string", "varchar", "decimal", *_WHOLE},
}
_INSTEAD = {
    "identity": "use bucket(16, …) of it, year(), month(), day() or hour() of a moment, or another column",
    "hour": "use day() of a date",
    "bucket": "choose a column of another type: numbers with a fraction have no hash that all engines share",
    "truncate": "use the column itself, or year(), month() or day() of a date",
}
_NO_BLOOM = {"boolean"}


def partition_keys(job: LoadedJob, contract: Contract) -> tuple[PartitionKey, ...]:
    """The partition keys that the job states, else those that the contract promises.

    Raises `PlanError`: PARTITIONS_DIFFER, COLUMN_MISSING, PARTITION_TYPE, PARTITION_NAME.
    """
    stated = job.job.target.partition_by
    keys = tuple(PartitionKey(one.name, one.column, one.transform) for one in stated)
    promised = contract.partition_keys
    if promised and keys and tuple(key.column for key in keys if not key.derived) != promised:
        where = job.where("target", "partition_by")
        problem = f"target.partition_by: the contract is partitioned by {', '.join(promised)}"
        raise PlanError(Fault("PARTITIONS_DIFFER", problem, where, "leave it out, or change the contract"))
    keys = keys or tuple(PartitionKey(name, name) for name in promised)
    types = {column.name: column.type for column in contract.schema}
    faults = [fault for index, key in enumerate(keys) for fault in _key_faults(job, index, key, types)]
    if keys and len({key.column for key in keys if not key.derived}) == len(types):
        where = job.where("target", "partition_by")
        problem = "target.partition_by: no column is left for the files"
        faults.append(Fault("PARTITION_TYPE", problem, where, "partition by fewer columns"))
    if faults:
        raise PlanError(*faults)
    return keys


def _key_faults(job: LoadedJob, index: int, key: PartitionKey, types: Mapping[str, DataType]) -> Iterator[Fault]:
    where, place = job.where("target", "partition_by", index), f"target.partition_by[{index}]"
    kind = key.transform.partition("[")[0]
    if key.column not in types:
        problem = f"{place}: the contract has no column '{key.column}'"
        fills = next((one for one in job.job.target.mode.needed() if one.supplied and one.name == key.column), None)
        yield Fault("COLUMN_MISSING", problem, where, to_add(fills) if fills else did_you_mean(key.column, types))
    elif _name(types[key.column]) not in _TAKES[kind]:
        spelled = types[key.column].ddl()
        problem = f"{place}: {kind}() takes no {spelled} column"
        if not key.derived:
            problem = f"{place}: a {spelled} column makes no partition values"
        elif kind in ("year", "month", "day"):
            problem = f"{place}: {kind}() needs a date or timestamp column"
        elif kind == "hour":
            problem = f"{place}: hour() needs a timestamp column"
        yield Fault("PARTITION_TYPE", problem, where, _INSTEAD.get(kind, "use the column itself"))
    elif key.derived and key.name in types:
        problem = f"{place}: the contract has a column '{key.name}' already"
        fix = f"name the key: {called(key.column, key.transform)} as {key.name}_key"
        yield Fault("PARTITION_NAME", problem, where, fix)


def _name(kind: DataType) -> str:
    return kind.ddl().partition("(")[0].partition("<")[0].lower()


def check_layout(job: LoadedJob, contract: Contract, keys: tuple[PartitionKey, ...]) -> None:
    """The contract has the columns by which rows are ordered or found, and the table the keys of its indexes.

    Raises `PlanError` with every one that it has not, or that is of a type which does not fit.
    """
    target = job.job.target
    types = {column.name: column.type for column in contract.schema}
    lists = {"sort_by": target.sort_by, "cluster_by": target.cluster_by, "bloom_filters": target.bloom_filters}
    faults = [fault for name, columns in lists.items() for fault in _column_faults(job, name, columns, types, keys)]
    faults += _catalogue_faults(job, keys)
    if target.bloom_filters and target.file_format == "parquet" and not writes_bloom_filters():
        problem = "target.bloom_filters: the pyarrow that is installed does not write them"
        faults.append(Fault("PYARROW_OLD", problem, job.where("target", "bloom_filters"), "pip install -U pyarrow"))
    if faults:
        raise PlanError(*faults)


def _catalogue_faults(job: LoadedJob, keys: tuple[PartitionKey, ...]) -> Iterator[Fault]:
    """What the job wants of the catalogue's partitions and cannot have."""
    target, known = job.job.target, [key.name for key in keys]
    for index, names in enumerate(target.partition_indexes):
        for number, name in enumerate(names):
            if name not in known:
                where = job.where("target", "partition_indexes", index, number)
                problem = f"target.partition_indexes[{index}]: the table has no partition key '{name}'"
                yield Fault("KEY_MISSING", problem, where, did_you_mean(name, known))
    if target.projection and not (target.mode.clears and keys):
        why = f"mode {target.mode.type} keeps partitions of older commits" if keys else "the table has no partitions"
        problem = f"target.projection: {why}, and Athena would compute their places wrongly"
        fix = "leave it out; partition_indexes let Athena find partitions quickly"
        yield Fault("PROJECTION_UNFIT", problem, job.where("target", "projection"), fix)


def _column_faults(
    job: LoadedJob, key: str, columns: tuple[str, ...], types: Mapping[str, DataType], keys: tuple[PartitionKey, ...]
) -> Iterator[Fault]:
    in_path = {one.column for one in keys if not one.derived}
    for index, name in enumerate(columns):
        place, where = f"target.{key}[{index}]", job.where("target", key, index)
        kind = types.get(name)
        if kind is None:
            yield Fault(
                "COLUMN_MISSING", f"{place}: the contract has no column '{name}'", where, did_you_mean(name, types)
            )
        elif isinstance(kind, Array | Map | Struct):
            yield Fault("COLUMN_TYPE", f"{place}: values of '{name}' have parts, and no order", where, "leave it out")
        elif key == "bloom_filters" and (name in in_path or _name(kind) in _NO_BLOOM):
            why = "stands in the path of its files" if name in in_path else "has two values"
            yield Fault("COLUMN_TYPE", f"{place}: '{name}' {why}", where, "leave it out")
