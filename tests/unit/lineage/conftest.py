"""The mesh of the views: two domains, whose products need no data."""

from __future__ import annotations

from tests.unit.views.conftest import files, place

__all__ = ["files", "place"]
