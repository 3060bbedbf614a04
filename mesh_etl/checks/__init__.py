"""Rules from the contract: row rules as vectorised tests, dataset rules on what was staged, and a verdict for each."""

from __future__ import annotations

from mesh_etl.checks.planner import Checks, planned
from mesh_etl.checks.verdict import Verdict

__all__ = ["Checks", "Verdict", "planned"]
