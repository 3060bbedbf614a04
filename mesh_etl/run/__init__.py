"""From a plan to staged files: read, transform, check, write, audit. Nothing of it is visible yet."""

from __future__ import annotations

from mesh_etl.run.execute import execute
from mesh_etl.run.rehearse import rehearse
from mesh_etl.run.staged import Staged

__all__ = ["Staged", "execute", "rehearse"]
