"""Who can see what, and why: answered from a `State` alone, whether compiled from files or read from accounts."""

from __future__ import annotations

from mesh_etl.govern.evaluate.answer import Access, ColumnAccess, Obstacle, Portion
from mesh_etl.govern.evaluate.evaluator import Evaluator
from mesh_etl.govern.state import State, Table

__all__ = ["Access", "ColumnAccess", "Evaluator", "Obstacle", "Portion", "access"]


def access(state: State, principal: str, table: Table) -> Access:
    """What `principal` can see of `table` in this state, and by which grants.

    `principal` is the ARN of a role, or the twelve digits of an account for what its administrators may pass on. Who
    asks about many tables makes one `Evaluator` and asks that.
    """
    return Evaluator(state).access(principal, table)
