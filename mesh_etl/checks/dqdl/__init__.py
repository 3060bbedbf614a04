"""AWS Glue's Data Quality Definition Language: the rules of it that mean the same here."""

from __future__ import annotations

from mesh_etl.checks.dqdl.parse import ruleset
from mesh_etl.checks.dqdl.rules import translated
from mesh_etl.checks.dqdl.tokens import Malformed

__all__ = ["Malformed", "ruleset", "translated"]
