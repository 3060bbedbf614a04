"""Policies: what the mesh asks of contracts and jobs themselves, before anything is read."""

from __future__ import annotations

from mesh_etl.policies.judge import Judgement, Verdict, enforce, judge, today, unused

__all__ = ["Judgement", "Verdict", "enforce", "judge", "today", "unused"]
