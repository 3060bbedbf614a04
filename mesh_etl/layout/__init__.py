"""Which layout a table should have: a sample is laid out in several ways, and asked by the filters of its queries."""

from __future__ import annotations

from mesh_etl.layout.advise import Advice, advise
from mesh_etl.layout.candidates import Layout

__all__ = ["Advice", "Layout", "advise"]
