"""The product's entry in the central catalogue: rolled forward by every publish, beside that of its own account."""

from __future__ import annotations

from mesh_etl.publish.central.before_data import central_input
from mesh_etl.publish.central.entry import central_difference, central_found, roll_forward

__all__ = ["central_difference", "central_found", "central_input", "roll_forward"]
