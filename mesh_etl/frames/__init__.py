"""A contract held against a DataFrame: in notebooks, in tests, in jobs of other frameworks."""

from __future__ import annotations

from mesh_etl.frames.check import check
from mesh_etl.frames.checked import Checked

__all__ = ["Checked", "check"]
