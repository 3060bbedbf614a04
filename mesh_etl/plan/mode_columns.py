"""Whether the contract has the columns that the mode of the job names, in types that fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError, did_you_mean

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.table import Property
    from mesh_etl.kernels.write.partition import PartitionKey
    from mesh_etl.modes import Mode
    from mesh_etl.modes.base import Needed


def check_mode_columns(job: LoadedJob, contract: Contract, mode: Mode, keys: tuple[PartitionKey, ...]) -> None:
    """The contract has what the mode needs. Raises `PlanError` with every column that is missing or does not fit."""
    identity = {key.column for key in keys if key.transform == "identity"}
    faults = [fault for one in mode.needed() for fault in _faults(job, contract, mode, one, identity)]
    faults += _repeated_keys(contract, mode)
    if faults:
        raise PlanError(*faults)


def _faults(job: LoadedJob, contract: Contract, mode: Mode, needed: Needed, by: set[str]) -> Iterator[Fault]:
    types = {column.name: column.type.ddl() for column in contract.schema}
    where, name = job.where("target", "mode", needed.key), needed.name
    if name not in types and needed.optional:
        return
    if name not in types:
        fix = did_you_mean(name, types)
        if needed.supplied and not fix.startswith("did"):
            fix = to_add(needed)
        problem = f"mode {mode.type}: {needed.key}: the contract has no column '{name}'"
        yield Fault("COLUMN_MISSING", problem, where, fix)
    elif needed.types and types[name] not in needed.types:
        problem = f"mode {mode.type}: {needed.key}: column '{name}' is {types[name]}, which does not fit"
        yield Fault("MODE_COLUMN", problem, contract.where_column(name), f"make it {' or '.join(needed.types)}")
    elif needed.like in types and types[name] != types[needed.like]:
        problem = f"mode {mode.type}: {needed.key}: column '{name}' is {types[name]}, '{needed.like}' is another type"
        yield Fault("MODE_COLUMN", problem, contract.where_column(name), f"make it {types[needed.like]}")
    elif needed.partition and name not in by:
        problem = f"mode {mode.type}: the table is not partitioned by '{name}'"
        yield Fault("MODE_UNFIT", problem, where, f"say partition_by: [{name}] under target")
    elif (needed.identifies or needed.orders) and (types[name] == "binary" or "<" in types[name]):
        problem = f"mode {mode.type}: {needed.key}: column '{name}' is {types[name]}, by which rows are not compared"
        yield Fault("MODE_COLUMN", problem, contract.where_column(name), "take a column of a plain type")
    elif needed.identifies and not any(one.stored_name == name and _required(one) for one in contract.columns):
        problem = f"mode {mode.type}: {needed.key}: column '{name}' may be NULL, and a key may not"
        yield Fault("KEY_NULLABLE", problem, contract.where_column(name), "say required: true")


def to_add(needed: Needed) -> str:
    """How to mend a contract that lacks the column."""
    return f"add to its properties: - {{name: {needed.name}, physicalType: {needed.types[0]}}}"


def _repeated_keys(contract: Contract, mode: Mode) -> Iterator[Fault]:
    """A primary key that the second version or copy of a row would break."""
    primary = {one.stored_name: one for one in contract.columns if one.primary_key}
    column = mode.distinguishes(primary)
    if column:
        key = ", ".join(primary)
        problem = f"mode {mode.type}: the primary key ({key}) comes more than once, for each '{column}'"
        fix = f"say primaryKey: true of '{column}' as well, and number all columns by primaryKeyPosition"
        yield Fault("KEY_REPEATS", problem, contract.where_column(next(iter(primary))), fix)


def _required(column: Property) -> bool:
    return bool(column.required or column.primary_key)
