"""`relationships`: the values of columns are keys of a table elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.found import About, Found, Skipped
from mesh_etl.checks.reading.spots import spots

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def relationship_rules(contract: Contract) -> Iterator[Found]:
    """The foreign keys of the contract."""
    for spot in spots(contract):
        if spot.found.relationships:
            yield _skipped(f"{spot.path}.relationships", About(contract.where(*spot.loc), spot.path))
    if contract.table.relationships:
        yield _skipped("table.relationships", About(contract.where("schema", 0, "relationships")))


def _skipped(name: str, about: About) -> Found:
    return Found(Skipped(name, "foreign keys are not executed by this version"), about)
