"""The catalogue's entry of an Iceberg table: what it says of the product, and nothing of its files.

Where the table's metadata lie is for Iceberg's own commit to say. An update that is no such commit hands every
parameter on as it was read, and holds only while the table has the VersionId that was read: an update with a bare
TableInput would lose `table_type` and `metadata_location`, and the table with them.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.catalog.announcing import Announce, recorded
from mesh_etl.publish.catalog.calls import Overtaken, call
from mesh_etl.publish.catalog.desired import SEQ
from mesh_etl.publish.catalog.difference import Difference, announced_seq, lookup, recorded_seq
from mesh_etl.worlds.table_input import TABLE_INPUT

if TYPE_CHECKING:
    from mesh_etl.publish.catalog.desired import Desired, Fields

POINTER = "metadata_location"
_ROUNDS = 8
_PAUSE_SECONDS = 0.05


def follow(glue: Any, desired: Desired, announce: Announce | None = None) -> Difference:
    """The catalogue's entry says of the product what `desired` says; returns what had to change.

    `announce` tells of what is published: whoever reads the table sees it since its commit.

    Raises `PublishError`: CATALOG_FOREIGN when the entry is none of an Iceberg table, CATALOG_DENIED, CATALOG_REFUSED,
    and, worth a retry, CATALOG_UNREACHABLE and CATALOG_UNSETTLED.
    """
    first: Difference | None = None
    for number in range(_ROUNDS):
        try:
            found = _found(glue, desired)
            gap = _gap(found, desired)
            first = first or gap
            if gap:
                _update(glue, desired, found, announce)
            return first
        except Overtaken:  # a commit has moved the table on
            time.sleep(random.uniform(0, _PAUSE_SECONDS * 2**number))
    problem = f"others kept changing the catalogue during {_ROUNDS} rounds"
    raise PublishError(Fault("CATALOG_UNSETTLED", problem, desired.place, "run it again"), retryable=True)


def gap_of(glue: Any, desired: Desired) -> Difference:
    """How far the catalogue's entry is from `desired`; only reads. Raises `PublishError` as `follow`."""
    return _gap(_found(glue, desired), desired)


def _found(glue: Any, desired: Desired) -> Fields:
    found = lookup(glue, desired.database, desired.table)
    if found is None or POINTER not in found.get("Parameters", {}):
        problem = "the catalogue's entry does not point to the table's metadata"
        fix = "restore the entry: its parameters table_type and metadata_location"
        raise PublishError(Fault("CATALOG_FOREIGN", problem, desired.place, fix))
    return found


def _gap(found: Fields, desired: Desired) -> Difference:
    wanted, seq = _wanted(found, desired), recorded_seq(found)
    if seq is not None and seq > desired.seq:
        seq = None  # another engine has rolled the table back: the entry points to the head all the same
    kept = found["Parameters"]
    differs = any(kept.get(name) != value for name, value in wanted["Parameters"].items() if name != SEQ)
    fields = ["what it says of the product"] if differs else []
    fields += [name.lower() for name in ("Description", "Owner") if found.get(name, "") != wanted.get(name, "")]
    unannounced = desired.announces and announced_seq(found) != desired.seq
    return Difference(desired.place, desired.seq, seq, fields=tuple(fields), unannounced=unannounced)


def _wanted(found: Fields, desired: Desired) -> Fields:
    kept = {name: found[name] for name in TABLE_INPUT if name in found}
    parameters = {**found.get("Parameters", {}), **desired.parameters, SEQ: str(desired.seq)}
    return {**kept, **{name: words for name, words in desired.words().items() if words}, "Parameters": parameters}


def _update(glue: Any, desired: Desired, found: Fields, announce: Announce | None) -> None:
    wanted = _wanted(found, desired)
    wanted["Parameters"] |= recorded(desired, found, announce)
    if wanted == {name: found[name] for name in TABLE_INPUT if name in found}:
        return  # events could not be told, which the next publisher tries again
    with call("glue:UpdateTable", desired.place):
        glue.update_table(
            DatabaseName=desired.database.lower(),
            TableInput=wanted,
            VersionId=found["VersionId"],
            SkipArchive=True,
        )
