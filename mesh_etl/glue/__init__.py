"""The edge to AWS Glue: what the scripts in `jobs/` do, Glue's job bookmark, and its DynamicFrames."""

from __future__ import annotations

from mesh_etl.glue.main import main

__all__ = ["main"]
