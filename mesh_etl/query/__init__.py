"""SQL over the tables of a project, by DuckDB, as their ledgers say that they are: whole versions only."""

from __future__ import annotations

from mesh_etl.query.session import Answer, ask
from mesh_etl.query.statement import Statement

__all__ = ["Answer", "Statement", "ask"]
