"""What the columns of a table must fulfil before any query engine could read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import invalid
from mesh_etl.embedded_aws.glue.hive_types import is_primitive, is_type

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body


def check_columns(body: Body) -> None:
    """Refuse columns of an unknown type, names that differ by case only, and keys that are columns as well."""
    columns = body.get("StorageDescriptor", {}).get("Columns", [])
    keys = body.get("PartitionKeys", [])
    for column in columns:
        if not is_type(column.get("Type", "string")):
            raise invalid(f"Column {column['Name']} has an unknown type.")
    for key in keys:
        if not is_primitive(key.get("Type", "string")):
            raise invalid(f"Partition key {key['Name']} must have a primitive type.")
    names = [column["Name"].lower() for column in columns]
    key_names = [key["Name"].lower() for key in keys]
    _once(names, "Column {} is given twice.")
    _once(key_names, "Partition key {} is given twice.")
    for name in key_names:
        if name in names:
            raise invalid(f"Partition key {name} is a column as well.")


def _once(names: list[str], problem: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise invalid(problem.format(name))
