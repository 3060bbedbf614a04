"""Which columns a column is made of, across products: read from jobs and views, without running them."""

from __future__ import annotations

from mesh_etl.lineage.frames import Column, Use
from mesh_etl.lineage.mesh import Lineage, Traced
from mesh_etl.lineage.personal import personal_columns

__all__ = ["Column", "Lineage", "Traced", "Use", "personal_columns"]
