"""SQL that users write, parsed and allow-listed before an engine sees it."""

from __future__ import annotations

from mesh_etl.expressions.query import Select, select
from mesh_etl.expressions.scalar import Aggregation, Expression, aggregation, expression

__all__ = ["Aggregation", "Expression", "Select", "aggregation", "expression", "select"]
