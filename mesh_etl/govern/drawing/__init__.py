"""The governance of a mesh as one picture, drawn from a state: accounts, products, tags, people, links and grants."""

from __future__ import annotations

from mesh_etl.govern.drawing.drawn import drawn

__all__ = ["drawn"]
