"""Keys whose order cannot be told."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.table import Property
from mesh_etl.errors import Fault

UNSET = -1


def key_faults(draft: Draft) -> Iterator[Fault]:
    """Positions in the primary key and the partition key that are doubled, missing, or belong to no key."""
    yield from _positions(draft, "primaryKey", "primaryKeyPosition", "PRIMARY_KEY_POSITION")
    yield from _positions(draft, "partitioned", "partitionKeyPosition", "PARTITION_KEY_POSITION")
    for loc, found in draft.table.walk():
        nested = len(loc) > 2
        for key, stated in (("primaryKey", found.primary_key), ("partitioned", found.partitioned)):
            if stated and nested:
                where = draft.where(*draft.top, *loc, key)
                yield Fault("KEY_INSIDE_COLUMN", f"{key} belongs to whole columns", where, "move it to the column")


def _positions(draft: Draft, flag: str, key: str, code: str) -> Iterator[Fault]:
    members: list[tuple[int, int]] = []
    for index, column in enumerate(draft.table.properties):
        in_key, position = _membership(column, flag)
        where = draft.where(*draft.top, "properties", index, key)
        if not in_key and position != UNSET:
            yield Fault(code, f"{key} is stated, but {flag} is not true", where, f"add '{flag}: true' or remove it")
        if in_key:
            members.append((index, position))
    stated = [position for _, position in members if position != UNSET]
    if not stated:
        return  # one column, or the order in which they stand
    wanted = set(range(1, len(members) + 1))
    for order, (index, position) in enumerate(members):
        name = draft.table.properties[index].name
        where = draft.where(*draft.top, "properties", index, key)
        if position == UNSET:
            yield Fault(code, f"'{name}' has no {key}, though others have", where, "number all columns of the key")
        elif position in [other for _, other in members[:order]]:
            yield Fault(code, f"{key} {position} is taken already", where, "number the columns 1, 2, 3")
        elif position not in wanted:
            problem = f"{key} {position} leaves a gap: the key has {len(members)} column(s)"
            yield Fault(code, problem, where, "number the columns 1, 2, 3")


def _membership(column: Property, flag: str) -> tuple[bool, int]:
    if flag == "primaryKey":
        return column.primary_key, column.primary_key_position
    return column.partitioned, column.partition_key_position
