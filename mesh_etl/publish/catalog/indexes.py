"""The partition indexes of a table: those that the job asks for, beside those that others have made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.publish.catalog.calls import call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.publish.catalog.desired import Desired, Fields, Index

INDEXES = "mesh_etl.partition_indexes"  # the table's parameter that names those which this library has made
_PREFIX = "mesh_etl_"


def spelled(indexes: Iterable[Index]) -> str:
    """The indexes as the table's parameter has them: `country,month;month`."""
    return ";".join(sorted(",".join(key.lower() for key in keys) for keys in indexes))


def settle_indexes(glue: Any, desired: Desired, table: Fields) -> None:
    """The table has the indexes that are desired, and none of those that this library made for an earlier wish.

    `table` is the catalogue's entry; one that tells of no index and shall have none costs no call. Raises
    `PublishError`, among others CATALOG_REFUSED for a fourth index where somebody else has made some, and
    `calls.Overtaken`.
    """
    if not desired.indexes and not table.get("Parameters", {}).get(INDEXES):
        return
    place = {"DatabaseName": desired.database.lower(), "TableName": desired.table.lower()}
    with call("glue:GetPartitionIndexes", desired.place):
        listed = glue.get_partition_indexes(**place).get("PartitionIndexDescriptorList", [])
    standing = [one for one in listed if one["IndexStatus"] != "DELETING"]
    found = {tuple(key["Name"].lower() for key in one["Keys"]): one["IndexName"] for one in standing}
    wanted = {tuple(key.lower() for key in keys) for keys in desired.indexes}
    for keys in sorted(found.keys() - wanted):
        if found[keys].startswith(_PREFIX):
            with call("glue:DeletePartitionIndex", desired.place):
                glue.delete_partition_index(**place, IndexName=found[keys])
    for keys in sorted(wanted - found.keys()):
        index = {"Keys": list(keys), "IndexName": f"{_PREFIX}{'_'.join(keys)}"[:255]}
        with call("glue:CreatePartitionIndex", desired.place):
            glue.create_partition_index(**place, PartitionIndex=index)
