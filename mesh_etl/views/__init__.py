"""Products that are a question to other products: checked offline, asked locally, registered for Athena and Spark."""

from __future__ import annotations

from mesh_etl.views.load import Viewed, Views

__all__ = ["Viewed", "Views"]
