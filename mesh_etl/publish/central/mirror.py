"""The central entry of an Iceberg table: what the entry of its own account says, pointer to the metadata included.

Iceberg's commit moves the pointer of the producer's entry. The central one follows it by compare-and-set, read before
the producer's, so that nobody who comes late can take it back.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.catalog.announcing import recorded
from mesh_etl.publish.catalog.calls import GOVERNED, Overtaken, call
from mesh_etl.publish.catalog.desired import ANNOUNCED, SEQ
from mesh_etl.publish.catalog.difference import (
    Difference,
    announced_seq,
    changed,
    has_database,
    lookup,
    recorded_seq,
    refuse_foreign,
)
from mesh_etl.worlds.table_input import TABLE_INPUT

if TYPE_CHECKING:
    from mesh_etl.publish.catalog.announcing import Announce
    from mesh_etl.publish.catalog.desired import Desired, Fields

_ROUNDS = 8
_PAUSE_SECONDS = 0.05


def mirror(own: Any, glue: Any, of: Desired, desired: Desired, announce: Announce | None) -> Difference:
    """The entry `desired` of the catalogue `glue` says what the entry `of` of the catalogue `own` says.

    Returns what had to change. Raises `PublishError` as `catalog.register` does, and CATALOG_MISSING.
    """
    first: Difference | None = None
    for number in range(_ROUNDS):
        try:
            found, wanted = _both(own, glue, of, desired)
            gap = _gap(glue, found, wanted, desired)
            first = first or gap
            if gap.database_missing:
                raise PublishError(Fault("CATALOG_MISSING", "there is no such database", desired.database, GOVERNED))
            if found is None:
                with call("glue:CreateTable", desired.place):
                    glue.create_table(DatabaseName=desired.database, TableInput=wanted)
            elif gap.fields:
                _update(glue, desired, found, wanted)
            else:
                if gap:
                    record = recorded(desired, found, announce)
                    _update(glue, desired, found, {**wanted, "Parameters": {**wanted["Parameters"], **record}})
                return first
        except Overtaken:
            time.sleep(random.uniform(0, _PAUSE_SECONDS * 2**number))
    problem = f"others kept changing the catalogue during {_ROUNDS} rounds"
    raise PublishError(Fault("CATALOG_UNSETTLED", problem, desired.place, "run it again"), retryable=True)


def mirror_gap(own: Any, glue: Any, of: Desired, desired: Desired) -> Difference:
    """How far the entry is from what the other one says; only reads. Raises `PublishError`."""
    found, wanted = _both(own, glue, of, desired)
    return _gap(glue, found, wanted, desired)


def _both(own: Any, glue: Any, of: Desired, desired: Desired) -> tuple[Fields | None, Fields]:
    """The entry as it is, or None, and the TableInput that it should be, but for the record of what is published."""
    found = lookup(glue, desired.database, desired.table)
    if found is not None:
        refuse_foreign(found, desired)
    source = lookup(own, of.database, of.table)
    if source is None:
        raise Overtaken("the producer's entry has gone")
    taken = {name: source[name] for name in TABLE_INPUT if name in source}
    kept = {name: found[name] for name in TABLE_INPUT if name in found} if found else {}
    theirs = {name: value for name, value in source["Parameters"].items() if name not in (SEQ, ANNOUNCED)}
    parameters = {**kept.get("Parameters", {}), **theirs}
    return found, {**kept, **taken, "Name": desired.table, "PartitionKeys": [], "Parameters": parameters}


def _gap(glue: Any, found: Fields | None, wanted: Fields, desired: Desired) -> Difference:
    if found is None:
        missing = not has_database(glue, desired)
        return Difference(desired.place, desired.seq, database_missing=missing, table_missing=True)
    present = {name: found[name] for name in TABLE_INPUT if name in found}
    return Difference(
        desired.place,
        desired.seq,
        None if (recorded_seq(found) or 0) > desired.seq else recorded_seq(found),  # rolled back by another engine
        fields=tuple(changed(present, wanted)),
        unannounced=desired.announces and announced_seq(found) != desired.seq,
    )


def _update(glue: Any, desired: Desired, found: Fields, wanted: Fields) -> None:
    if wanted == {name: found[name] for name in TABLE_INPUT if name in found}:
        return  # events could not be told, which the next publisher tries again
    with call("glue:UpdateTable", desired.place):
        glue.update_table(
            DatabaseName=desired.database, TableInput=wanted, VersionId=found["VersionId"], SkipArchive=True
        )
