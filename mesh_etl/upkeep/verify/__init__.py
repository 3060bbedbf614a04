"""Whether ledger, files and catalogue of a table say the same, and what closes the gaps between them."""

from __future__ import annotations

from mesh_etl.upkeep.verify.report import Verified
from mesh_etl.upkeep.verify.verify import verify

__all__ = ["Verified", "verify"]
