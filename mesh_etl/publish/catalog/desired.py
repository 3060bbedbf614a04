"""What the catalogue should say about a table, and how Glue spells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.publish.catalog.file_formats import FILE_FORMATS
from mesh_etl.publish.catalog.indexes import INDEXES, spelled
from mesh_etl.publish.catalog.projection import projected
from mesh_etl.worlds.table_input import COMMENT_LENGTH, DESCRIPTION_LENGTH, OWNER_LENGTH, TABLE_INPUT, fitted

if TYPE_CHECKING:
    from collections.abc import Mapping

SEQ = "mesh_etl.published_seq"
ANNOUNCED = "mesh_etl.announced_seq"  # the ledger entry up to which events have told of what was published
PRODUCT = "mesh_etl.product"
PARTITION_INPUT = ("Values", "LastAccessTime", "LastAnalyzedTime", "StorageDescriptor", "Parameters")

Values = tuple[str, ...]
Index = tuple[str, ...]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column as the catalogue shows it; `type` is a Glue type such as `decimal(12,2)`."""

    name: str
    type: str
    comment: str = ""


@dataclass(frozen=True)
class Desired:
    """A table as the ledger's head says it is.

    `partitions` maps the values of each partition, in the order of `partition_keys`, to its location; `compression`
    is a codec's name, and `format` that of the files, or iceberg; `seq` is the number of the ledger entry. `indexes`
    are the partition indexes that the table has at least, and with `projection` Athena computes its partitions, where
    it can. `central` is for an entry in the catalogue of another account: its database is not made here, and an entry
    that is not the product's already is left alone. `announces` is for the entry that says what events have told.
    """

    database: str
    table: str
    description: str
    location: str
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    partitions: Mapping[Values, str]
    parameters: Mapping[str, str]
    owner: str
    compression: str
    seq: int
    database_description: str = ""
    format: str = "parquet"
    indexes: tuple[Index, ...] = ()
    projection: bool = False
    central: bool = False
    announces: bool = False

    @property
    def place(self) -> str:
        """The table as messages name it."""
        return f"{self.database}.{self.table}"

    def words(self) -> Fields:
        """What the TableInput says to people."""
        return {
            "Description": fitted(self.description, DESCRIPTION_LENGTH, lines=True),
            **({"Owner": fitted(self.owner, OWNER_LENGTH)} if self.owner else {}),
        }

    def table_input(self, found: Fields | None = None) -> Fields:
        """The TableInput that makes the table so, keeping of `found` whatever is not this library's to say."""
        found = found or {}
        kept = {name: found[name] for name in TABLE_INPUT if name in found}
        files = FILE_FORMATS[self.format]
        return {
            **kept,
            "Name": self.table.lower(),
            **self.words(),
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {
                **kept.get("Parameters", {}),
                **self.parameters,
                "EXTERNAL": "TRUE",
                "classification": self.format,
                files.codec: files.compression(self.compression),
                **({INDEXES: spelled(self.indexes)} if self.indexes or INDEXES in kept.get("Parameters", {}) else {}),
                **projected(self, kept.get("Parameters", {})),
            },
            "PartitionKeys": _columns(self.partition_keys, kept.get("PartitionKeys", [])),
            "StorageDescriptor": self._storage(self.location, kept.get("StorageDescriptor", {})),
        }

    def database_input(self) -> Fields:
        """The DatabaseInput for a database that is not there yet."""
        about = fitted(self.database_description, DESCRIPTION_LENGTH, lines=True)
        return {"Name": self.database.lower(), **({"Description": about} if about else {})}

    def partition_input(self, values: Values, found: Fields | None = None) -> Fields:
        """The PartitionInput that makes the partition so; its columns follow those of the table."""
        found = found or {}
        kept = {name: found[name] for name in PARTITION_INPUT if name in found}
        storage = self._storage(self.partitions[values], kept.get("StorageDescriptor", {}))
        return {**kept, "Values": list(values), "StorageDescriptor": storage}

    def _storage(self, location: str, found: Fields) -> Fields:
        serde = found.get("SerdeInfo", {})
        files = FILE_FORMATS[self.format]
        return {
            **found,
            "Columns": _columns(self.columns, found.get("Columns", [])),
            "Location": location,
            "InputFormat": files.input,
            "OutputFormat": files.output,
            "Compressed": False,
            "NumberOfBuckets": -1,
            "StoredAsSubDirectories": False,
            "SerdeInfo": {
                **serde,
                "SerializationLibrary": files.serde,
                "Parameters": {**serde.get("Parameters", {}), "serialization.format": "1"},
            },
        }


def _columns(columns: tuple[Column, ...], found: list[Fields]) -> list[Fields]:
    """Columns as Glue spells them, with the parameters that others have put on those that stay."""
    parameters = {column["Name"]: column.get("Parameters") for column in found}
    spelt = []
    for column in columns:
        name = column.name.lower()  # engines that read the catalogue know lower case only
        fields: Fields = {"Name": name, "Type": column.type}
        if column.comment:
            fields["Comment"] = fitted(column.comment, COMMENT_LENGTH)
        if parameters.get(name):
            fields["Parameters"] = parameters[name]
        spelt.append(fields)
    return spelt
