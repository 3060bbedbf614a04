"""`slaProperties`: what the contract promises about the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.found import About, Found, Skipped

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def level_rules(contract: Contract) -> Iterator[Found]:
    """The service levels of the contract."""
    for index, level in enumerate(contract.odcs.sla_properties):
        about = About(contract.where("slaProperties", index))
        yield Found(Skipped(f"sla.{level.property}", "service levels are not measured by this version"), about)
