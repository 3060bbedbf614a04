"""Who can see what, and why: answered from a `State` alone, whether compiled from files or read from accounts."""

from __future__ import annotations

from mesh_etl.govern.evaluate.answer import Access, ColumnAccess, Obstacle, Portion
from mesh_etl.govern.evaluate.evaluator import Evaluator

__all__ = ["Access", "ColumnAccess", "Evaluator", "Obstacle", "Portion"]
