"""The command line `mesh-etl`."""

from __future__ import annotations

from mesh_etl.cli.main import main

__all__ = ["main"]
