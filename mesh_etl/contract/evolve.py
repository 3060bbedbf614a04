"""A contract that has grown with its data: columns that deliveries brought, and types that became wider.

What a table has taken over is kept in its ledger until the contract's file says it too; the file stays the owner's.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mesh_etl.contract.diff import fits
from mesh_etl.contract.load import understand
from mesh_etl.contract.types import parse

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


@dataclass(frozen=True)
class Evolved:
    """A column that was added, or has a wider type; `type` is spelled as `types.parse` reads it."""

    name: str
    type: str
    added: bool

    def text(self) -> str:
        """The change in words, with what to write into the contract."""
        what = "is new" if self.added else "is wider"
        return (
            f"column '{self.name}' {what}: write {{name: {self.name}, physicalType: '{self.type}'}} into the contract"
        )


def grown(contract: Contract, columns: Iterable[Evolved]) -> Contract:
    """The contract with these columns, as optional ones where they are new; those that its file has by now stay."""
    types = {column.name: column.type for column in contract.schema}
    data = deepcopy(contract.document.data)
    properties = data["schema"][0]["properties"]
    changed = False
    for column in columns:
        if column.name in types and fits(parse(column.type), types[column.name]):
            continue
        changed = True
        if column.name not in types:
            properties.append({"name": column.name, "physicalType": column.type})
            continue
        stated = next(one for one in properties if column.name in (one.get("physicalName"), one["name"]))
        stated["physicalType"] = column.type
        stated.get("logicalTypeOptions", {}).pop("format", None)  # it speaks of the narrower type
    return understand(replace(contract.document, data=data)) if changed else contract
