"""What runs tell CloudWatch: eight metrics of each product, the same on every engine."""

from __future__ import annotations

from mesh_etl.telemetry.model import METRICS, Metric, Point
from mesh_etl.telemetry.points import of_age, of_refusal, of_run
from mesh_etl.telemetry.tell import tell

__all__ = ["METRICS", "Metric", "Point", "of_age", "of_refusal", "of_run", "tell"]
