"""What the catalogue says now, and how far that is from what it should say. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.catalog.calls import Overtaken, call
from mesh_etl.publish.catalog.desired import (
    ANNOUNCED,
    PARTITION_INPUT,
    PRODUCT,
    SEQ,
    Fields,
    Values,
)
from mesh_etl.worlds.table_input import TABLE_INPUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mesh_etl.publish.catalog.desired import Desired

_ALIKE = 4  # kinds of partitions that are remembered


@dataclass(frozen=True)
class Difference:
    """What has to change; false when nothing has.

    `recorded_seq` is the ledger entry that the catalogue says it shows. Where that is later than the desired one
    `superseded` holds, nothing else is compared, and the caller should take the ledger's head instead. `unannounced` is
    that events have yet to tell of what is published.
    """

    place: str
    seq: int
    recorded_seq: int | None = None
    database_missing: bool = False
    table_missing: bool = False
    partition_keys_changed: bool = False
    fields: tuple[str, ...] = ()
    partitions_to_add: tuple[Values, ...] = ()
    partitions_to_update: tuple[Values, ...] = ()
    partitions_to_delete: tuple[Values, ...] = ()
    unannounced: bool = False

    @property
    def superseded(self) -> bool:
        """Whether somebody has published a later ledger entry."""
        return self.recorded_seq is not None and self.recorded_seq > self.seq

    @property
    def changes_table(self) -> bool:
        """Whether the table or its partitions have to change, the record of the published entry aside."""
        parts = self.partitions_to_add or self.partitions_to_update or self.partitions_to_delete
        return bool(self.table_missing or self.partition_keys_changed or self.fields or parts)

    def __bool__(self) -> bool:
        return not self.superseded and (self.changes_table or self.recorded_seq != self.seq or self.unannounced)

    def lines(self) -> tuple[str, ...]:
        """The difference in words, one thing a line; empty when there is none."""
        if not self:
            return ()
        found = []
        if self.database_missing:
            found.append(f"create database {self.place.partition('.')[0]}")
        if self.table_missing:
            found.append(f"create table {self.place}")
        if self.partition_keys_changed:
            found.append(f"partition keys of {self.place} differ, which the catalogue cannot change in place")
        found += [f"change {field}" for field in self.fields]
        verbs = (
            ("add", self.partitions_to_add),
            ("update", self.partitions_to_update),
            ("delete", self.partitions_to_delete),
        )
        found += [f"{verb} {len(parts)} partition{'s' if len(parts) > 1 else ''}" for verb, parts in verbs if parts]
        if self.recorded_seq != self.seq:
            found.append(f"record ledger entry {self.seq}")
        elif self.unannounced:
            found.append(f"announce ledger entry {self.seq}")
        return tuple(found)


@dataclass(frozen=True)
class Found:
    """What the catalogue says now: the table, or None, and its partitions by value."""

    database: bool
    table: Fields | None
    partitions: Mapping[Values, Fields]


def lookup(glue: Any, database: str, table: str) -> Fields | None:
    """The table as the catalogue shows it, or None when the table or its database is not there.

    Raises `PublishError` (CATALOG_DENIED, CATALOG_UNREACHABLE, CATALOG_REFUSED).
    """
    try:
        with call("glue:GetTable", f"{database}.{table}"):
            found: Fields = glue.get_table(DatabaseName=database.lower(), Name=table.lower())["Table"]
    except Overtaken:
        return None
    return found


def difference(glue: Any, desired: Desired) -> Difference:
    """How far the catalogue is from `desired`; only reads.

    Raises `PublishError` (CATALOG_DENIED, CATALOG_UNREACHABLE, CATALOG_REFUSED, CATALOG_FOREIGN, CATALOG_UNSETTLED).
    """
    from mesh_etl.publish.catalog.iceberg import gap_of

    try:
        return gap_of(glue, desired) if desired.format == "iceberg" else compare(read(glue, desired), desired)
    except Overtaken as error:
        fault = Fault("CATALOG_UNSETTLED", "the table was changed while it was read", desired.place, "run it again")
        raise PublishError(fault, retryable=True) from error


def read(glue: Any, desired: Desired) -> Found:
    """The catalogue's present state, all pages of it.

    Raises `PublishError` (CATALOG_FOREIGN) when the name belongs to something that is no file table, and `Overtaken`
    when the table goes away between two calls.
    """
    table = lookup(glue, desired.database, desired.table)
    if table is None:
        return Found(has_database(glue, desired), None, {})
    refuse_foreign(table, desired)
    return Found(True, table, _partitions(glue, desired) if table.get("PartitionKeys") else {})


def compare(found: Found, desired: Desired) -> Difference:
    """The difference between what was read and what is desired."""
    if found.table is None:
        return Difference(
            desired.place,
            desired.seq,
            database_missing=not found.database,
            table_missing=True,
            partitions_to_add=tuple(sorted(desired.partitions)),
            unannounced=desired.announces,
        )
    seq = recorded_seq(found.table)
    if seq is not None and seq > desired.seq:
        return Difference(desired.place, desired.seq, seq)
    wanted = desired.table_input(found.table)
    present = {name: found.table[name] for name in TABLE_INPUT if name in found.table}
    other_keys = _names(wanted.get("PartitionKeys", [])) != _names(present.get("PartitionKeys", []))
    if other_keys and (found.partitions or seq is not None):  # an entry that was made before its data may be changed
        return Difference(desired.place, desired.seq, seq, partition_keys_changed=True)
    both = desired.partitions.keys() & found.partitions.keys()
    return Difference(
        desired.place,
        desired.seq,
        seq,
        fields=tuple(changed(present, wanted)),
        partitions_to_add=tuple(sorted(desired.partitions.keys() - found.partitions.keys())),
        partitions_to_update=tuple(sorted(_differing(found.partitions, desired, both))),
        partitions_to_delete=tuple(sorted(found.partitions.keys() - desired.partitions.keys())),
        unannounced=desired.announces and announced_seq(found.table) != desired.seq,
    )


def recorded_seq(table: Fields) -> int | None:
    """The ledger entry that the table says it shows, if it says one."""
    return _number(table, SEQ)


def announced_seq(table: Fields) -> int | None:
    """The ledger entry up to which the table says that events have told, if it says one."""
    return _number(table, ANNOUNCED)


def _number(table: Fields, parameter: str) -> int | None:
    text = table.get("Parameters", {}).get(parameter, "")
    return int(text) if text.isdecimal() else None


def has_database(glue: Any, desired: Desired) -> bool:
    """Whether the database of the table is there. Raises `PublishError` as `lookup` does."""
    try:
        with call("glue:GetDatabase", desired.database):
            glue.get_database(Name=desired.database.lower())
    except Overtaken:
        return False
    return True


def _partitions(glue: Any, desired: Desired) -> dict[Values, Fields]:
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName=desired.database.lower(), TableName=desired.table.lower()
    )
    with call("glue:GetPartitions", desired.place):
        return {tuple(partition["Values"]): partition for page in pages for partition in page["Partitions"]}


def refuse_foreign(table: Fields, desired: Desired) -> None:
    """The entry is one that a publisher of the product may change; raises `PublishError` (CATALOG_FOREIGN)."""
    parameters = {name.lower(): str(value).lower() for name, value in table.get("Parameters", {}).items()}
    kind = parameters.get("table_type") or str(table.get("TableType", "")).lower()
    if "TargetTable" in table:
        kind = "resource link"
    others = {"iceberg", "delta", "hudi", "virtual_view", "resource link"} - {desired.format}
    if kind in others:
        fix, problem = (
            "choose another product name, or drop that entry",
            f"the name is taken by a table of kind '{kind}'",
        )
        raise PublishError(Fault("CATALOG_FOREIGN", problem, desired.place, fix))
    if desired.central and parameters.get(PRODUCT) != desired.parameters[PRODUCT]:
        problem, fix = "the name is taken by a table that is not this product's", "rename or drop that table"
        raise PublishError(Fault("CATALOG_FOREIGN", problem, desired.place, fix))


def changed(present: Fields, wanted: Fields) -> list[str]:
    """The names of the parts that differ, down to the members of the storage descriptor and the parameters."""
    names = []
    for part, new in wanted.items():
        old = present.get(part)
        if part in ("StorageDescriptor", "Parameters"):
            names += [f"{part}.{name}" for name in new if _solid((old or {}).get(name)) != _solid(new[name])]
        elif part != "Name" and _solid(old) != _solid(new):
            names.append(part)
    return sorted(names)


def _differing(found: Mapping[Values, Fields], desired: Desired, both: Iterable[Values]) -> Iterator[Values]:
    """The partitions that are not as desired.

    Most are alike but for values and location, so what was seen to be right beside these is looked for first.
    """
    right: list[Fields] = []
    for values in both:
        present = {name: found[values][name] for name in PARTITION_INPUT if name in found[values]}
        storage = dict(present.get("StorageDescriptor", {}))
        in_place = storage.pop("Location", None) == desired.partitions[values]
        beside = {**present, "Values": [], "StorageDescriptor": storage}
        if in_place and beside in right:
            continue
        if _solid(present) != _solid(desired.partition_input(values, found[values])):
            yield values
        elif in_place:
            right = [beside, *right][:_ALIKE]


def _solid(value: Any) -> Any:
    """The value without empty members: whether an answer shows these or leaves them out means nothing."""
    if isinstance(value, dict):
        pairs = ((name, _solid(member)) for name, member in value.items())
        return {name: member for name, member in pairs if member is not None} or None
    if isinstance(value, list):
        return [_solid(member) for member in value] or None
    return None if value == "" else value


def _names(keys: list[Fields]) -> list[tuple[str, str]]:
    return [(key["Name"].lower(), key.get("Type", "")) for key in keys]
