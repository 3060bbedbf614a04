"""Whether values of a column may be summed up where its rows cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.contract.table import Property

OPEN = {"public", "open", "unrestricted", "general", "internal"}


def told(column: Property) -> bool:
    """Whether lowest, highest and sketches of the column may be kept: it has no classification, or one of `OPEN`."""
    return column.classification is None or column.classification.strip().lower() in OPEN
