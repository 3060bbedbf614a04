"""`odcs`: the contract itself, with its keys in the standard's order and one layout, without comments."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from mesh_etl.exchange import block_yaml
from mesh_etl.exchange.exported import Exporting

# A reader looks for these first, and for what is inside a part last.
FIRST = ("apiVersion", "kind", "id", "name", "physicalName", "type", "logicalType", "physicalType", "description",
         "property", "value", "metric")  # fmt: skip
LAST = ("quality", "properties", "items", "map", "schema", "slaProperties", "servers", "team", "roles", "support",
        "price")  # fmt: skip


def odcs(exporting: Exporting) -> str:
    """The contract as YAML that reads as the very same contract."""
    return block_yaml.text(_ordered(exporting.say(), exporting.contract.odcs))


def _ordered(data: Any, model: Any) -> Any:
    """The data with the keys of mappings as the models list them; what a model leaves to users stays as it is."""
    if isinstance(data, dict) and isinstance(model, BaseModel):
        fields = {field.alias or name: name for name, field in type(model).model_fields.items()}
        order = [*FIRST, *(key for key in fields if key not in {*FIRST, *LAST}), *LAST]
        return {key: _ordered(data[key], getattr(model, fields[key])) for key in order if key in data}
    if isinstance(data, list) and isinstance(model, tuple):
        return [_ordered(one, inner) for one, inner in zip(data, model, strict=True)]
    return data
