"""Checks that a contract names as `implementation: {check: ...}`; importing this package registers all of them."""

from __future__ import annotations

from mesh_etl.checks.custom import anomaly, change, checksum, gaps, monotonic, seasonal, together
from mesh_etl.checks.custom.base import Check, CheckContext, RowCheck, TableCheck, ValueCheck, check

__all__ = [
    "Check",
    "CheckContext",
    "RowCheck",
    "TableCheck",
    "ValueCheck",
    "anomaly",
    "change",
    "check",
    "checksum",
    "gaps",
    "monotonic",
    "seasonal",
    "together",
]
