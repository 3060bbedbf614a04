"""What somebody reads of a product: the answer of the evaluator as columns and rows that readers can be held to."""

from __future__ import annotations

from mesh_etl.govern.reading.live import live
from mesh_etl.govern.reading.reader import Reader
from mesh_etl.govern.reading.shown import Shown

__all__ = ["Reader", "Shown", "live"]
