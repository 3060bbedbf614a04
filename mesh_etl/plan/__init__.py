"""From a job to a plan: everything is looked at, nothing is written."""

from __future__ import annotations

from mesh_etl.plan.build import build
from mesh_etl.plan.model import Plan

__all__ = ["Plan", "build"]
