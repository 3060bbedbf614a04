"""A contract as far as a ledger keeps it: the columns that a version of the table was written under."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import Contract, understand

if TYPE_CHECKING:
    from mesh_etl.contract.summary import ColumnSummary, Summary


def restored(kept: Summary, sha256: str, today: Contract, place: str) -> Contract:
    """The contract that has the columns of `kept` and its keys, without rules; it goes by the hash of its file.

    What it says of the whole table is that of `today`, the contract's file as it is now. Messages call it `place`.
    """
    columns = [_property(one, kept.primary_key) for one in kept.columns]
    told = {
        "apiVersion": today.odcs.api_version,
        "kind": "DataContract",
        "id": kept.id,
        "version": kept.version,
        "status": today.odcs.status,
        "schema": [{"name": today.table.name, "properties": columns}],
    }
    found = understand(parse(json.dumps(told), place))
    return replace(found, odcs=found.odcs.model_copy(update={"description": today.odcs.description}), sha256=sha256)


def _property(column: ColumnSummary, key: tuple[str, ...]) -> dict[str, Any]:
    """The column as a contract states it; `type` is spelled so that it reads as the very same."""
    told = {
        "name": column.name,
        "physicalType": column.type,
        "required": column.required,
        "unique": column.unique,
        "id": column.id,
        "classification": column.classification,
        "description": column.description,
    }
    if column.name in key:
        told |= {"primaryKey": True, "primaryKeyPosition": key.index(column.name) + 1}
    return {name: value for name, value in told.items() if value is not None}
