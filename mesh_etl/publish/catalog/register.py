"""Rolls the catalogue forward to the ledger's head, whoever else is doing the same."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.catalog.announcing import Announce, recorded
from mesh_etl.publish.catalog.calls import GOVERNED, Overtaken, call
from mesh_etl.publish.catalog.difference import compare, read
from mesh_etl.publish.catalog.iceberg import follow
from mesh_etl.publish.catalog.indexes import settle_indexes
from mesh_etl.publish.catalog.partitions import write_partitions

if TYPE_CHECKING:
    from mesh_etl.publish.catalog.desired import Desired, Fields
    from mesh_etl.publish.catalog.difference import Difference, Found

PAUSE_SECONDS = 0.05


def register(glue: Any, desired: Desired, *, rounds: int = 5, announce: Announce | None = None) -> Difference:
    """The catalogue says what `desired` says, and records its ledger entry last; returns what had to change.

    Each round reads the whole state, writes the difference and reads again, so it may be cut off anywhere and
    repeated by anybody. Where the catalogue records a later entry nothing more is written and the answer is
    `superseded`: the caller should then register the ledger's head, because rounds before may have written.
    `announce` tells of what is published, once all of it can be seen and before that is recorded.

    Raises `PublishError`: PARTITION_KEYS_CHANGED, CATALOG_PARTITION, CATALOG_FOREIGN, CATALOG_DENIED,
    CATALOG_REFUSED, and, worth a retry, CATALOG_UNREACHABLE and CATALOG_UNSETTLED.
    """
    if desired.format == "iceberg":
        return follow(glue, desired, announce)
    first: Difference | None = None
    for number in range(rounds + 1):  # the last one may only find that all is done
        try:
            found = read(glue, desired)
            gap = compare(found, desired)
            first = first or gap
            if gap.superseded:
                return gap
            if not gap:
                return first
            if number < rounds and _close(glue, desired, found, gap, announce):
                return first
        except Overtaken:
            time.sleep(random.uniform(0, PAUSE_SECONDS * 2**number))
    problem = f"others kept changing the catalogue during {rounds} rounds"
    raise PublishError(Fault("CATALOG_UNSETTLED", problem, desired.place, "run it again"), retryable=True)


def _close(glue: Any, desired: Desired, found: Found, gap: Difference, announce: Announce | None) -> bool:
    """One round: the database, the table, the partitions; and the record, once a reading has shown no difference.

    True when that is done: the record is set only on the table that was read, so that nothing is left to look at.
    """
    if gap.partition_keys_changed:
        fix = "publish it as a new product, or delete the table from the catalogue (its files stay) and publish again"
        problem = "the partition keys differ from those of the catalogue, which cannot change them in place"
        raise PublishError(Fault("PARTITION_KEYS_CHANGED", problem, desired.place, fix))
    if found.table is not None:
        settle_indexes(glue, desired, found.table)
    if not gap.changes_table and found.table is not None:
        _record(glue, desired, found.table, announce)
        return True
    if gap.database_missing and desired.central:
        raise PublishError(Fault("CATALOG_MISSING", "there is no such database", desired.database, GOVERNED))
    if gap.database_missing:
        with call("glue:CreateDatabase", desired.database):
            glue.create_database(DatabaseInput=desired.database_input())
    if found.table is None:
        with call("glue:CreateTable", desired.place):
            glue.create_table(DatabaseName=desired.database.lower(), TableInput=desired.table_input())
    elif gap.fields:
        _update(glue, desired, desired.table_input(found.table), found.table)
    write_partitions(glue, desired, found, gap)
    return False


def _record(glue: Any, desired: Desired, table: Fields, announce: Announce | None) -> None:
    """The table says which ledger entry it shows; a table that has changed since it was read is left alone."""
    wanted = desired.table_input(table)
    parameters = {**wanted["Parameters"], **recorded(desired, table, announce)}
    if parameters != table.get("Parameters"):
        _update(glue, desired, {**wanted, "Parameters": parameters}, table, skip_archive=True)


def _update(glue: Any, desired: Desired, wanted: Fields, read: Fields, *, skip_archive: bool = False) -> None:
    """Compare and set: the update holds only if the table still has the version that was read.

    The version it replaces is archived, but not the one between a change and its record: so the history holds
    finished publications only.
    """
    with call("glue:UpdateTable", desired.place):
        glue.update_table(
            DatabaseName=desired.database.lower(),
            TableInput=wanted,
            VersionId=read["VersionId"],
            SkipArchive=skip_archive,
        )
