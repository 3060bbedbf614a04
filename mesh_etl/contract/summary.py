"""What of a contract is kept with every commit, so that the next one can be compared with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar, quoted

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.table import Property


@dataclass(frozen=True)
class ColumnSummary:
    """One stored column: `type` is spelled so that `types.parse` reads the very same type."""

    name: str
    type: str
    required: bool = False
    unique: bool = False
    accepted: tuple[str, ...] | None = None
    id: str | None = None
    classification: str | None = None
    deprecated: bool = False
    description: str | None = None


@dataclass(frozen=True)
class Summary:
    """A contract as its readers depend on it."""

    id: str
    version: str
    columns: tuple[ColumnSummary, ...]
    primary_key: tuple[str, ...] = ()
    partition_keys: tuple[str, ...] = ()
    description: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The summary as plain JSON data."""
        return dict(asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Summary:
        """The summary that `to_json` wrote, before or after a trip through a JSON file.

        Raises `TypeError` when the data has other fields.
        """
        columns = tuple(ColumnSummary(**{**one, "accepted": _tuple(one.get("accepted"))}) for one in data["columns"])
        keys = {name: tuple(data.get(name, ())) for name in ("primary_key", "partition_keys")}
        return cls(**{**data, **keys, "columns": columns})


def summary(contract: Contract) -> Summary:
    """The summary of a contract without faults."""
    pairs = zip(contract.columns, contract.schema, strict=True)
    return Summary(
        id=contract.id,
        version=contract.version,
        columns=tuple(_column(column, field.type) for column, field in pairs),
        primary_key=contract.primary_key,
        partition_keys=contract.partition_keys,
        description=contract.table.description,
    )


def _column(column: Property, type_: DataType) -> ColumnSummary:
    return ColumnSummary(
        name=column.stored_name,
        type=spelled(type_),
        required=column.required or column.primary_key,
        unique=column.unique,
        accepted=None if column.enum is None else tuple(json.dumps(one.value) for one in column.enum),
        id=column.id,
        classification=column.classification,
        deprecated=column.deprecated,
        description=column.description,
    )


def spelled(type_: DataType) -> str:
    """The type as `types.parse` reads it back without loss; Spark and Glue each lose something."""
    match type_:
        case Simple(name):
            return name
        case Decimal() | Varchar():
            return type_.glue()
        case Array(item):
            return f"array<{spelled(item)}>"
        case Map(key, value):
            return f"map<{spelled(key)},{spelled(value)}>"
        case Struct(fields):
            return f"struct<{','.join(f'{quoted(one.name)}:{spelled(one.type)}' for one in fields)}>"
    raise TypeError(f"{type(type_).__name__} is not a column type")


def _tuple(values: list[str] | tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
